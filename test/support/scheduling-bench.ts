import { setTimeout as sleep } from 'node:timers/promises';
import { createScheduler, type Bells, type Clock, type DueDocument, type LaneWork, type Scheduler } from '../../core/scheduling/index.js';
import type { Collection, Storage, WithId } from '../../core/storage/index.js';

/** A document that only has something to do. */
export interface Task extends DueDocument { v: number; name: string; done?: number; parked?: 'yes' }

/** Polls until it holds; fails after `ms` with what was waited for. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> => {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Not within ${String(ms)} ms: ${what}`);
    await sleep(10);
  }
};

export const taskOf = (name: string, lane: string, nextAt: Date, over: Partial<Task> = {}): Task =>
  ({ _id: name, name, v: 1, lane, nextAt, holder: null, fence: 0, strikes: 0, ...over });

/** Ends a task as rooms end theirs: under the hold, due again at `nextAt` or never. */
export const release = async (tasks: Collection<Task>, { _id, holder, fence }: Task, nextAt?: Date): Promise<boolean> => {
  const { matchedCount } = await tasks.updateOne({ _id, holder, fence }, {
    $set: { holder: null, strikes: 0, ...(nextAt ? { nextAt } : {}) }, $inc: { done: 1 }, $unset: { leaseUntil: '', ...(nextAt ? {} : { nextAt: '' }) },
  });
  return matchedCount === 1;
};

/** Bells that only remember, and ring when a test says so. */
export interface FakeBells extends Bells {
  readonly rung: { readonly lane: string; readonly at: Date }[];
  ringNow(lane: string): Promise<void>;
  state: 'created' | 'started' | 'stopped';
}

export const createFakeBells = (): FakeBells => {
  let handler: ((lane: string) => Promise<void>) | undefined;
  const bells: FakeBells = {
    rung: [],
    state: 'created',
    ring: async (lane, at) => { bells.rung.push({ lane, at }); },
    start: async (onBell) => { handler = onBell; bells.state = 'started'; },
    stop: async () => { bells.state = 'stopped'; },
    ringNow: async (lane) => { await handler?.(lane); },
  };
  return bells;
};

/** A scheduler over the collection `tasks` whose runs a test watches. */
export const createBench = (options: {
  readonly storage: Storage; readonly clock: Clock; readonly bells: Bells; readonly leaseMs?: number; readonly concurrency?: number; readonly works?: 'here' | 'elsewhere';
  readonly run?: (task: WithId<Task>, tasks: Collection<Task>) => Promise<void>;
}) => {
  const tasks = options.storage.collection<Task>('tasks');
  const ran: string[] = [];
  const parked: string[] = [];
  const inHand = { now: new Set<string>(), most: 0, together: [] as string[][] };
  const errors: { readonly error: unknown; readonly lane: string }[] = [];
  const newer: { readonly kind: string; readonly format: number }[] = [];
  const scheduler: Scheduler = createScheduler({
    clock: options.clock, bells: options.bells, leaseMs: options.leaseMs ?? 3000, concurrency: options.concurrency ?? 10, works: options.works ?? 'here',
    onError: (error, lane) => { errors.push({ error, lane }); },
    onNewer: (kind, format) => { newer.push({ kind, format }); },
  });
  const work: LaneWork<Task> = {
    kind: 'task',
    collection: tasks,
    run: async (task) => {
      ran.push(task._id);
      inHand.now.add(task._id);
      inHand.most = Math.max(inHand.most, inHand.now.size);
      inHand.together.push([...inHand.now]);
      try {
        if (options.run) await options.run(task, tasks);
        else await release(tasks, task);
      } finally { inHand.now.delete(task._id); }
    },
    park: async (task) => {
      await tasks.updateOne({ _id: task._id, fence: task.fence }, { $set: { holder: null, parked: 'yes' }, $unset: { nextAt: '', leaseUntil: '' } });
      parked.push(task._id);
    },
  };
  scheduler.define(work);
  return { tasks, scheduler, ran, parked, inHand, errors, newer };
};
