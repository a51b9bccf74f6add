import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda, type Job } from 'agenda';
import type { IndexPlan, Storage } from '../storage/index.js';
import type { Clock } from './clock.js';

const minuteMs = 60_000;

/** Wakes some process at a hub minute for a lane. */
export interface Bells {
  /** Rings once for this lane and hub minute, however often it is asked for. */
  ring(lane: string, at: Date): Promise<void>;
  start(onBell: (lane: string) => Promise<void>): Promise<void>;
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
  const agenda = new Agenda({
    backend: new MongoBackend({ mongo: options.storage.database }),
    processEvery: clock.scale === 1 ? 1000 : 100,
    maxConcurrency: options.concurrency,
    defaultConcurrency: options.concurrency,
    defaultLockLimit: options.concurrency,
    defaultLockLifetime: options.leaseMs * 2,
    removeOnComplete: true,
  });
  agenda.on('error', options.onError);
  let handler: ((lane: string) => Promise<void>) | undefined;
  // of Agenda's two forms of a handler the one that answers a promise; by overload the other would be taken
  const awaiting: { define(name: string, answer: (job: Job<Bell>) => Promise<void>): void } = agenda;
  awaiting.define('bell', async (job) => { await handler?.(job.attrs.data.lane); });
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
    },
    stop: async () => { await agenda.stop(); },
  };
};
