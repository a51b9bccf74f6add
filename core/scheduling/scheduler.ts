import type { Collection, WithId } from '../storage/index.js';
import type { Bells } from './bells.js';
import { claimDue, claimStruck, type DueDocument, type LeaseTerms } from './claim.js';

const soonMs = 60_000;
const lateMs = 5000;
const maxBatch = 100;
const maxTimerMs = 0x7fff_ffff;

/** One kind of work that documents of a collection wait for. A lane is `<kind>/<account>`. */
export interface LaneWork<T extends DueDocument> {
  readonly kind: string;
  readonly collection: Collection<T>;
  /** Runs one claimed document to its release; an error leaves it to its lease. */
  run(document: WithId<T>): Promise<void>;
  /** A document five processes died with: it is put aside with an alert. */
  park(document: WithId<T>): Promise<void>;
}

/** Wakes documents when they are due. */
export interface Scheduler {
  define<T extends DueDocument>(work: LaneWork<T>): void;
  /** Says that a document of this lane is due at a hub time: soon by a timer of this process, later by a bell. */
  due(lane: string, at: Date): void;
  start(): Promise<void>;
  /** Takes nothing new and waits for what is running. */
  stop(): Promise<void>;
}

export const strikesBeforeParking = 5;

/** Drives due documents in this process. In role `web` (`works: 'elsewhere'`) it only rings bells for the workers. */
export const createScheduler = (options: LeaseTerms & {
  readonly bells: Bells; readonly concurrency: number; readonly works: 'here' | 'elsewhere';
  readonly onError: (error: unknown, lane: string) => void;
}): Scheduler => {
  const { clock, bells } = options;
  const terms: LeaseTerms = options;
  const kinds = new Map<string, LaneWork<DueDocument>>();
  const timers = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  const draining = new Map<string, 'once' | 'again'>();
  const running = new Set<Promise<void>>();
  const state = { alone: 'no' as 'no' | 'yes', ended: 'no' as 'no' | 'yes' };
  let sweeper: NodeJS.Timeout | undefined;

  const workOf = (lane: string) => kinds.get(lane.slice(0, lane.indexOf('/')));
  const report = (lane: string) => (error: unknown) => options.onError(error, lane);

  const arm = (lane: string, at: Date) => {
    const known = timers.get(lane);
    if (known && known.at <= at.getTime()) return;
    if (known) clearTimeout(known.timer);
    const wait = Math.min(Math.max(0, clock.wallAt(at).getTime() - clock.wallNow().getTime()), maxTimerMs);
    const timer = setTimeout(() => { timers.delete(lane); drain(lane).catch(report(lane)); }, wait);
    timers.set(lane, { at: at.getTime(), timer });
  };

  const due = (lane: string, at: Date) => {
    if (state.ended === 'yes') return;
    const soon = at.getTime() - clock.hubNow().getTime() <= soonMs;
    if (soon && options.works === 'here') arm(lane, at);
    else bells.ring(lane, at).catch(report(lane));
  };

  const run = (lane: string, work: LaneWork<DueDocument>, document: WithId<DueDocument>) => {
    const task = work.run(document).catch(report(lane)).finally(() => { running.delete(task); });
    running.add(task);
    return task;
  };

  const runStruck = async (lane: string, work: LaneWork<DueDocument>): Promise<boolean> => {
    const struck = await claimStruck(work.collection, terms, { lane });
    if (!struck) return false;
    if (struck.strikes > strikesBeforeParking) { await work.park(struck); return true; }
    state.alone = 'yes';
    try {
      await Promise.all(running);
      await run(lane, work, struck);
    } finally { state.alone = 'no'; }
    return true;
  };

  const drainOnce = async (lane: string, work: LaneWork<DueDocument>) => {
    while (state.ended === 'no') {
      const slots = Math.min(options.concurrency - running.size, maxBatch);
      if (slots <= 0 || state.alone === 'yes') { await Promise.race([...running, new Promise((resolve) => { setTimeout(resolve, 50); })]); continue; }
      const claimed = await claimDue(work.collection, terms, { lane, limit: slots });
      for (const document of claimed) void run(lane, work, document);
      if (claimed.length === 0 && !(await runStruck(lane, work))) break;
    }
    const next = await work.collection.find({ lane, nextAt: { $exists: true } }, { projection: { nextAt: 1 } }).sort({ nextAt: 1 }).limit(1).next();
    if (next?.nextAt) due(lane, next.nextAt > clock.hubNow() ? next.nextAt : new Date(clock.hubNow().getTime() + 1000 * clock.scale));
  };

  const drain = async (lane: string): Promise<void> => {
    const work = workOf(lane);
    if (!work || state.ended === 'yes') return;
    if (draining.has(lane)) { draining.set(lane, 'again'); return; }
    do {
      draining.set(lane, 'once');
      try { await drainOnce(lane, work); } catch (error) { draining.delete(lane); throw error; }
    } while (draining.get(lane) === 'again' && state.ended === 'no');
    draining.delete(lane);
  };

  const sweep = async (late: number) => {
    for (const work of kinds.values()) {
      const lanes = await work.collection.distinct('lane', { nextAt: { $lte: new Date(clock.hubNow().getTime() - late) } });
      for (const lane of lanes) if (typeof lane === 'string') drain(lane).catch(report(lane));
    }
  };

  return {
    define: (work) => { kinds.set(work.kind, work as unknown as LaneWork<DueDocument>); },
    due,
    start: async () => {
      if (options.works === 'elsewhere') return;
      await sweep(0);
      sweeper = setInterval(() => { sweep(lateMs).catch(report('sweep')); }, clock.scale === 1 ? 20_000 : 1000);
      await bells.start(drain);
    },
    stop: async () => {
      state.ended = 'yes';
      if (sweeper) clearInterval(sweeper);
      for (const { timer } of timers.values()) clearTimeout(timer);
      await bells.stop();
      await Promise.allSettled(running);
    },
  };
};
