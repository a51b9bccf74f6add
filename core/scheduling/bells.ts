import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda, type Job } from 'agenda';
import type { IndexPlan, Storage } from '../storage/index.js';
import type { Clock } from './clock.js';

const minuteMs = 60_000;
const longestLockMs = 4000;

/** Wakes some process at a hub minute for a lane. */
export interface Bells {
  /** Rings once for this lane and hub minute, however often it is asked for. */
  ring(lane: string, at: Date): Promise<void>;
  start(onBell: (lane: string) => Promise<void>): Promise<void>;
  /** Begins no answer any more; those begun go on. */
  stop(): Promise<void>;
}

interface Bell { readonly lane: string; readonly minute: number }

/** Agenda's claim walks jobs by name and lock; without this index it slows down with every job stored. */
export const agendaIndexes: IndexPlan = {
  collection: 'agendaJobs',
  indexes: [{ key: { name: 1, lockedAt: 1 } }, { key: { name: 1, 'data.lane': 1, 'data.minute': 1 } }],
};

/** Bells on Agenda: one job per lane and hub minute, ids only. */
export const createAgendaBells = (options: {
  readonly storage: Storage; readonly clock: Clock; readonly leaseMs: number; readonly concurrency: number;
  readonly onError: (error: unknown) => void;
}): Bells => {
  const { clock } = options;
  // Agenda keeps a timer of half the lock after every bell, which nothing can stop: a short lock, touched while the bell is
  // answered, lets a process end by itself
  const lockMs = Math.min(options.leaseMs * 2, longestLockMs);
  const agenda = new Agenda({
    backend: new MongoBackend({ mongo: options.storage.database }),
    processEvery: clock.scale === 1 ? 1000 : 100,
    maxConcurrency: options.concurrency,
    defaultConcurrency: options.concurrency,
    defaultLockLimit: options.concurrency,
    defaultLockLifetime: lockMs,
    removeOnComplete: true,
  });
  let ended: 'no' | 'yes' = 'no';
  agenda.on('error', (error: Error) => {
    // a bell whose answer ended with the process stays locked for a moment, and rings elsewhere
    if (ended === 'yes' && error.name === 'MongoClientClosedError') return;
    // Agenda looks after a bell that takes long, sometimes between the end of its answer and its removal
    if (!error.message.includes('no lockedAt date found')) options.onError(error);
  });
  let handler: ((lane: string) => Promise<void>) | undefined;
  let watch: NodeJS.Timeout | undefined;
  let restarting: Promise<void> = Promise.resolve();

  /** A job that failed would stay for ever, and no bell of its minute would ring again: errors end here. */
  const answer = async (job: Job<Bell>): Promise<void> => {
    const touching = setInterval(() => { job.touch().catch(() => undefined); }, lockMs / 4);
    try {
      await handler?.(job.attrs.data.lane);
    } catch (error) {
      options.onError(error);
    } finally { clearInterval(touching); }
  };
  // of Agenda's two forms of a handler the one that answers a promise; by overload the other would be taken
  const awaiting: { define(name: string, answer: (job: Job<Bell>) => Promise<void>): void } = agenda;
  awaiting.define('bell', answer);

  const startAnew = async (): Promise<void> => {
    try {
      await agenda.stop();
      if (handler) await agenda.start();
    } catch (error) { options.onError(error); }
  };

  /**
   * Agenda drops a job whose lock ran out before it began (the process stood still meanwhile) without counting the lock down,
   * and takes no more when all are counted: it is started anew after every such standstill.
   */
  const watchStandstills = () => {
    let seen = performance.now();
    return setInterval(() => {
      const stoodStill = performance.now() - seen > lockMs / 2;
      seen = performance.now();
      if (stoodStill) restarting = startAnew();
    }, lockMs / 8);
  };

  return {
    ring: async (lane, at) => {
      await agenda.ready;
      const minute = Math.floor(at.getTime() / minuteMs) * minuteMs;
      // insertOnly: saving over a job that is being run would unlock it, and a second process would run it too
      await agenda.create('bell', { lane, minute })
        .unique({ 'data.lane': lane, 'data.minute': minute }, { insertOnly: true })
        .schedule(clock.wallAt(new Date(minute)))
        .save();
    },
    start: async (onBell) => {
      handler = onBell;
      await agenda.ready;
      await agenda.start();
      watch = watchStandstills();
    },
    stop: async () => {
      ended = 'yes';
      handler = undefined;
      clearInterval(watch);
      await restarting;
      await agenda.stop();
    },
  };
};
