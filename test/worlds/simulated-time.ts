import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';

/** Whose timers these are: those of an owner that is dead never fire, those of one that stands still wait. */
export interface Owner {
  readonly name: string;
  state: 'starting' | 'alive' | 'still' | 'dead';
}

interface SimulatedTimer {
  readonly id: number;
  at: number;
  readonly everyMs: number | undefined;
  readonly owner: Owner | undefined;
  /** One of those that look around now and then: nothing is under way because of it. */
  readonly idle: boolean;
  readonly fire: () => void;
}

/** The only time there is in this process: it stands still until it is moved. */
export interface SimulatedTime {
  now(): number;
  /** Runs `body` so that every timer it makes, however indirectly, is the owner's. */
  as<T>(owner: Owner, body: () => T): T;
  /** When the next timer of somebody alive fires; `idle` ones left out unless asked for. */
  next(which: 'busy' | 'all'): number | undefined;
  /** Moves time to `at`, and answers what has become due: to be called one after the other. An interval that was missed several times is due once. */
  moveTo(at: number): readonly (() => void)[];
  /** Forgets all timers and begins another time at `start`. */
  begin(start: Date): void;
}

const context = new AsyncLocalStorage<Owner>();

/** How often a hub looks for work nobody told it of; and when it looks at the clock of its database again. */
const sweepPeriods = [1000, 20_000];
const clockLookMs = 60_000;

const runs = (owner: Owner | undefined) => owner === undefined || owner.state === 'alive' || owner.state === 'starting';

/** Takes Date, the timers and the monotonic clock of this process away and puts simulated ones in their place. What the database driver and Node's own sockets use stays real. */
export const simulateTime = (start: Date): SimulatedTime => {
  const real = { Date, clearTimeout: globalThis.clearTimeout, clearInterval: globalThis.clearInterval };
  let now = start.getTime();
  /** What a monotonic clock has counted that Date does not know. */
  let counted = 1000 - now;
  let ids = 0;
  const timers = new Map<number, SimulatedTimer>();

  class SimulatedDate extends real.Date {
    constructor(...given: readonly unknown[]) {
      // the many forms of Date's constructor are handed on as they came
      super(...((given.length === 0 ? [now] : given) as [number]));
    }
    static override now(): number { return now; }
    /** Also those that were made before, and by the engine itself. */
    static override [Symbol.hasInstance](value: unknown): boolean { return value instanceof real.Date; }
  }
  // schemas know it by its name
  Object.defineProperty(SimulatedDate, 'name', { value: 'Date' });

  const arm = (fire: () => void, at: number, everyMs: number | undefined) => {
    ids += 1;
    const id = ids;
    const owner = context.getStore();
    const idle = owner !== undefined && (everyMs === undefined ? at - now === clockLookMs : owner.state === 'starting' && sweepPeriods.includes(everyMs));
    const bound = new AsyncResource('SimulatedTimer');
    const add = (when: number) => {
      timers.set(id, { id, at: when, everyMs, owner, idle, fire: () => { bound.runInAsyncScope(fire); } });
    };
    add(at);
    const handle = {
      ref: () => handle, unref: () => handle, hasRef: () => true, close: () => { timers.delete(id); return handle; },
      refresh: () => { add(now + (at - armedAt)); return handle; },
      [Symbol.toPrimitive]: () => id,
      [Symbol.dispose]: () => { timers.delete(id); },
    };
    const armedAt = now;
    return handle;
  };
  const waitOf = (ms: unknown): number => (typeof ms === 'number' && ms >= 1 && ms <= 2 ** 31 - 1 ? Math.trunc(ms) : 1);
  const clear = (handle: unknown): void => {
    if (typeof handle === 'number') { timers.delete(handle); return; }
    if (typeof handle !== 'object' || handle === null) return;
    if (Symbol.toPrimitive in handle && 'refresh' in handle && Object.hasOwn(handle, 'hasRef')) timers.delete(Number(handle));
    else real.clearTimeout(handle as NodeJS.Timeout);
  };
  const setTimeoutNow = (fire: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => arm(() => { fire(...args); }, now + waitOf(ms), undefined);
  const setIntervalNow = (fire: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => arm(() => { fire(...args); }, now + waitOf(ms), waitOf(ms));
  const sleep = async <T>(ms?: number, value?: T, options: { readonly signal?: AbortSignal } = {}): Promise<T | undefined> => new Promise((resolve, reject) => {
    const { signal } = options;
    const stop = () => { clear(handle); reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted')); };
    const handle = setTimeoutNow(() => { signal?.removeEventListener('abort', stop); resolve(value); }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });

  Object.assign(globalThis, { Date: SimulatedDate, setTimeout: setTimeoutNow, setInterval: setIntervalNow, clearTimeout: clear, clearInterval: clear });
  Object.assign(timersPromises, { setTimeout: sleep });
  syncBuiltinESMExports();
  performance.now = () => now + counted;

  return {
    now: () => now,
    as: (owner, body) => context.run(owner, body),
    next: (which) => {
      let earliest: number | undefined;
      for (const timer of timers.values()) {
        if (timer.owner?.state === 'dead') timers.delete(timer.id);
        else if (timer.owner?.state !== 'still' && (which === 'all' || !timer.idle) && (earliest === undefined || timer.at < earliest)) earliest = timer.at;
      }
      return earliest;
    },
    moveTo: (at) => {
      now = Math.max(now, at);
      const due = [...timers.values()].filter((timer) => timer.at <= now && runs(timer.owner)).sort((a, b) => a.at - b.at || a.id - b.id);
      return due.map((timer) => () => {
        // cleared, or its owner ended, by one that was due before it
        if (!timers.has(timer.id) || !runs(timer.owner)) return;
        if (timer.everyMs === undefined) timers.delete(timer.id);
        else timer.at = now + timer.everyMs;
        timer.fire();
      });
    },
    begin: (at) => {
      timers.clear();
      counted += now - at.getTime();
      now = at.getTime();
    },
  };
};
