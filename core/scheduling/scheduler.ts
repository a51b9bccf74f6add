import type { Collection, WithId } from '../storage/index.js';
import type { Bells } from './bells.js';
import { claimDue, claimStruck, hasStruck, strikesBeforeParking, type DueDocument, type LeaseTerms } from './claim.js';
import { createNewerWatch, type OnNewer } from './newer-documents.js';
import { createSlots } from './slots.js';
import { createWakes, soon } from './wakes.js';

const lateMs = 5000;
const maxBatch = 100;
const lookAgainMs = 1000;
/** How often a lane that has more due than it gets through looks for what a process ended with; longer where looking and running took longer. */
const lookForStruckMs = 1000;
const partOfTime = 5;
/** How long a lane keeps the bell that woke it: the next lanes ring while a long backlog is worked off. */
const bellMs = 1000;

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

/** Drives due documents in this process. In role `web` (`works: 'elsewhere'`) it only rings bells for the workers. */
export const createScheduler = (options: LeaseTerms & {
  readonly bells: Bells; readonly concurrency: number; readonly works: 'here' | 'elsewhere';
  readonly onError: (error: unknown, lane: string) => void;
  readonly onNewer?: OnNewer;
}): Scheduler => {
  const { clock, bells } = options;
  const terms: LeaseTerms = options;
  const kinds = new Map<string, LaneWork<DueDocument>>();
  const draining = new Map<string, 'once' | 'again'>();
  const lookForNewer = createNewerWatch(options.onNewer ?? (() => undefined));
  const slots = createSlots(options.concurrency);
  const underWay = new Set<Promise<void>>();
  const state = { ended: 'no' as 'no' | 'yes', sweeping: 'no' as 'no' | 'yes' };
  let sweeper: NodeJS.Timeout | undefined;

  const workOf = (lane: string) => kinds.get(lane.slice(0, lane.indexOf('/')));

  /** What `stop` waits for. Errors are told and go no further. */
  const track = (lane: string, task: () => Promise<void>): Promise<void> => {
    const tracked = task().catch((error: unknown) => { options.onError(error, lane); }).finally(() => { underWay.delete(tracked); });
    underWay.add(tracked);
    return tracked;
  };

  const wakes = createWakes({
    clock, bells, works: options.works,
    wake: (lane) => { void track(lane, () => drain(lane)); },
    ringing: (ring, lane) => { void track(lane, () => ring); },
  });

  const runStruck = async (lane: string, work: LaneWork<DueDocument>): Promise<'ran' | 'none'> => {
    if (await hasStruck(work.collection, terms, { lane }) === 'no') return 'none';
    // claimed only when it is alone: while it waits for that its lease would run
    const ran = await slots.alone(async () => {
      const struck = await claimStruck(work.collection, terms, { lane });
      if (!struck) return 'none';
      await track(lane, async () => { await (struck.strikes > strikesBeforeParking ? work.park(struck) : work.run(struck)); });
      return 'ran';
    });
    return ran === 'closed' ? 'none' : ran;
  };

  /** @returns how many were claimed; 0 also when the scheduler has been stopped */
  const runBatch = async (lane: string, work: LaneWork<DueDocument>): Promise<number> => {
    const places = await slots.take(lane, maxBatch);
    let claimed: WithId<DueDocument>[] = [];
    try {
      if (places > 0) claimed = await claimDue(work.collection, terms, { lane, limit: places });
    } finally { slots.give(lane, places - claimed.length); }
    for (const document of claimed) {
      void track(lane, async () => {
        try { await work.run(document); } finally { slots.give(lane, 1); }
      });
    }
    return claimed.length;
  };

  const drainOnce = async (lane: string, work: LaneWork<DueDocument>) => {
    let lookAt = performance.now() + lookForStruckMs;
    for (let found = true; found && state.ended === 'no';) {
      found = await runBatch(lane, work) > 0;
      if (found && performance.now() < lookAt) continue;
      // what is struck runs alone, and finding it reads what is due: a backlog gives it a part of its time and no more
      const from = performance.now();
      found = await runStruck(lane, work) === 'ran' || found;
      lookAt = performance.now() + Math.max(lookForStruckMs, (performance.now() - from) * (partOfTime - 1));
    }
    if (state.ended === 'yes') return;
    const next = await work.collection.find({ lane, v: 1, nextAt: { $exists: true } }, { projection: { nextAt: 1 } }).sort({ nextAt: 1 }).limit(1).next();
    if (!next?.nextAt) return;
    // what is due and was not claimed is in somebody's hands
    const now = clock.hubNow();
    wakes.due(lane, next.nextAt > now ? next.nextAt : new Date(now.getTime() + lookAgainMs * clock.scale));
  };

  const drain = async (lane: string): Promise<void> => {
    const work = workOf(lane);
    if (!work || state.ended === 'yes') return;
    if (draining.has(lane)) { draining.set(lane, 'again'); return; }
    try {
      do {
        draining.set(lane, 'once');
        await drainOnce(lane, work);
      } while (draining.get(lane) === 'again' && state.ended === 'no');
    } finally { draining.delete(lane); }
  };

  /** Drains the lanes with something due at a hub time or before. One kind that cannot be read holds up no other. */
  const sweep = async (at: Date) => {
    if (state.sweeping === 'yes' || state.ended === 'yes') return;
    state.sweeping = 'yes';
    try {
      for (const work of kinds.values()) {
        await track(`${work.kind}/`, async () => {
          for (const lane of await work.collection.distinct('lane', { v: 1, nextAt: { $lte: at } })) if (typeof lane === 'string') void track(lane, () => drain(lane));
          await lookForNewer(work, at);
        });
      }
    } finally { state.sweeping = 'no'; }
  };

  return {
    define: (work) => { kinds.set(work.kind, work as unknown as LaneWork<DueDocument>); },
    due: (lane, at) => { wakes.due(lane, at); },
    start: async () => {
      if (options.works === 'elsewhere') return;
      // what falls due within the minute had only a timer, and that died with the process that set it
      await sweep(new Date(clock.hubNow().getTime() + soon));
      sweeper = setInterval(() => { void sweep(new Date(clock.hubNow().getTime() - lateMs)); }, clock.scale === 1 ? 20_000 : 1000);
      await bells.start(async (lane) => {
        let timer: NodeJS.Timeout | undefined;
        const longEnough = new Promise<void>((resolve) => { timer = setTimeout(resolve, bellMs); });
        await Promise.race([track(lane, () => drain(lane)), longEnough]);
        clearTimeout(timer);
      });
    },
    stop: async () => {
      state.ended = 'yes';
      clearInterval(sweeper);
      wakes.close();
      slots.close();
      await track('bells', () => bells.stop());
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
};
