import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Edition } from './scenario.js';
import type { WorldEnd } from './world-end.js';

/** A world that could not be played to its end. */
export interface BrokenWorld { readonly seed: number; readonly broken: string }

/** How worlds went. */
export interface WorldsReport {
  readonly worlds: number;
  readonly cases: number;
  /** Requests to move money, and how often we took it. */
  readonly requests: number;
  readonly charged: number;
  readonly deliveries: number;
  readonly notifications: number;
  /** Faults that struck, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Those that broke a law, did not come to rest or could not be played. */
  readonly failed: readonly (WorldEnd | BrokenWorld)[];
}

/** What to play. */
export interface WorldsOrder {
  readonly seeds: readonly number[];
  /** Processes at once, each with a database and a time of its own. */
  readonly lanes: number;
  /** A violation to plant in every world, to see the laws object. */
  readonly plant?: string;
  readonly edition?: Edition;
  /** Keep what happened also in worlds that held. */
  readonly trace?: 'kept';
  readonly ended?: (end: WorldEnd | BrokenWorld) => void;
  readonly signal?: AbortSignal;
  /** The compiled player of worlds, where this file is not compiled itself. */
  readonly worker?: string;
}

/** A process plays so many worlds before it makes room for a fresh one. */
const perProcess = 25;

const compiledWorker = fileURLToPath(new URL('./worker.js', import.meta.url));

/** Whether a world is as it should be. */
export const held = (end: WorldEnd | BrokenWorld): end is WorldEnd => !('broken' in end) && end.violations.length === 0 && end.unfinished.length === 0;

/** Plays a batch in a process of its own; the seeds it did not come to are told as broken. */
const playBatch = async (seeds: readonly number[], order: WorldsOrder, tell: (end: WorldEnd | BrokenWorld) => void): Promise<void> => {
  const args = [...(order.trace ? ['--trace'] : []), ...(order.plant === undefined ? [] : ['--plant', order.plant]), ...(order.edition === undefined ? [] : ['--edition', order.edition]), ...seeds.map(String)];
  const child = fork(order.worker ?? compiledWorker, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [], env: { PATH: process.env['PATH'] ?? '' } });
  const left = new Set(seeds);
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => { errors = (errors + chunk.toString()).slice(-4000); });
  child.on('message', (end: WorldEnd | BrokenWorld) => {
    left.delete(end.seed);
    tell(end);
  });
  const stop = () => { child.kill('SIGKILL'); };
  order.signal?.addEventListener('abort', stop, { once: true });
  await once(child, 'close');
  order.signal?.removeEventListener('abort', stop);
  if (order.signal?.aborted) return;
  for (const seed of left) tell({ seed, broken: `The process that played it ended before. ${errors}` });
};

/** Plays worlds in processes beside each other and counts what befell them. */
export const runWorlds = async (order: WorldsOrder): Promise<WorldsReport> => {
  const from = process.hrtime.bigint();
  const batches: number[][] = [];
  const size = Math.max(1, Math.min(perProcess, Math.ceil(order.seeds.length / order.lanes)));
  for (let at = 0; at < order.seeds.length; at += size) batches.push(order.seeds.slice(at, at + size));
  const totals = { worlds: 0, cases: 0, requests: 0, charged: 0, deliveries: 0, notifications: 0 };
  const faults = new Map<string, number>();
  const failed: (WorldEnd | BrokenWorld)[] = [];
  const tell = (end: WorldEnd | BrokenWorld) => {
    totals.worlds += 1;
    if (!('broken' in end)) {
      for (const what of ['cases', 'requests', 'charged', 'deliveries', 'notifications'] as const) totals[what] += end[what];
      for (const [kind, times] of Object.entries(end.faults)) faults.set(kind, (faults.get(kind) ?? 0) + times);
    }
    if (!held(end)) failed.push(end);
    order.ended?.(end);
  };
  const lane = async () => {
    for (let batch = batches.shift(); batch && !order.signal?.aborted; batch = batches.shift()) await playBatch(batch, order, tell);
  };
  await Promise.all(Array.from({ length: order.lanes }, lane));
  const sorted = Object.fromEntries([...faults].sort(([one], [other]) => one.localeCompare(other)));
  return { ...totals, faults: sorted, failed, seconds: Number((process.hrtime.bigint() - from) / 1_000_000n) / 1000 };
};
