import { layWire } from './wire.js';
import type { Chance } from './chance.js';
import type { FaultDesk } from './fault-desk.js';
import type { Scenario } from './scenario.js';
import type { SimulatedBells } from './simulated-bells.js';
import { startSimulatedHub, type SimulatedHub, type SimulatedHubOptions } from './simulated-hub.js';
import type { Trace } from './trace.js';

/** The hubs of a world: they die, stand still and come back. */
export interface Hubs {
  startAll(): Promise<void>;
  /** The one address of all of them: each connection leads to one that is up. */
  front(): string;
  up(): readonly SimulatedHub[];
  /** When somebody comes back or wakes next, wall ms. */
  next(): number | undefined;
  /** Wakes and starts whoever is due. */
  runDue(): Promise<void>;
  strikeOne(how: 'die' | 'stand still', forMs: number): void;
  /** One is asked to end, and started again so long after it has. */
  stopOne(forMs: number): void;
  /** Nobody reaches the database for so long. */
  shutDatabase(forMs: number): void;
  /** The database tells a time that is so much ahead. */
  skewDatabase(ms: number): void;
  /** From now on nobody falls: everybody is woken and started. */
  killAll(): void;
  buryAll(): Promise<void>;
}

interface Coming { readonly at: number; readonly run: () => void | Promise<void> }

/** Builds the hubs of a scenario. */
export const createHubs = (options: Omit<SimulatedHubOptions, 'name' | 'databaseNow' | 'bells' | 'onCommand' | 'onPlace' | 'struck' | 'log' | 'scale' | 'leaseSeconds'> & {
  readonly scenario: Scenario; readonly desk: FaultDesk; readonly bells: SimulatedBells; readonly trace: Trace; readonly chance: Chance;
}): Hubs => {
  const { time, trace, scenario, desk } = options;
  const alive = new Map<string, SimulatedHub>();
  const dead: SimulatedHub[] = [];
  const coming: Coming[] = [];
  const births = new Map<string, number>();
  let front: Awaited<ReturnType<typeof layWire>> | undefined;
  let skewMs = 0;
  let shut: 'no' | 'yes' = 'no';
  const later = (ms: number, run: Coming['run']) => { coming.push({ at: time.now() + Math.max(1, ms), run }); };

  const start = async (place: string): Promise<void> => {
    if (shut === 'yes') { later(500, () => start(place)); return; }
    const birth = (births.get(place) ?? 0) + 1;
    births.set(place, birth);
    const name = `${place}.${String(birth)}`;
    const hub = await startSimulatedHub({
      ...options, name, databaseNow: () => time.now() + skewMs, scale: scenario.scale, leaseSeconds: scenario.leaseSeconds,
      bells: (owner) => options.bells.of(owner),
      onCommand: (command) => desk.atCommand(name, command),
      onPlace: (at, id) => desk.atPlace(name, at, id),
      struck: (struckHub, how) => { fell(place, struckHub, how, desk.lastForMs()); },
      log: (line) => { trace.note(line.length > 400 ? `${line.slice(0, 400)}…` : line); },
    });
    alive.set(place, hub);
    trace.note(`${name} starts`);
    await hub.started;
  };

  const fell = (place: string, hub: SimulatedHub, how: 'died' | 'stands still', forMs: number) => {
    trace.note(`${hub.owner.name} ${how}`);
    if (how === 'died') {
      alive.delete(place);
      dead.push(hub);
      later(forMs, () => start(place));
    } else {
      later(forMs, () => { trace.note(`${hub.owner.name} wakes`); hub.wake(); });
    }
  };

  const placeOf = (hub: SimulatedHub) => [...alive].find(([, one]) => one === hub)?.[0];
  const anyUp = () => {
    const [first, ...others] = up();
    return first && options.chance.pick([first, ...others]);
  };
  const up = () => [...alive.values()].filter(({ owner }) => owner.state === 'alive');
  return {
    startAll: async () => {
      for (let n = 1; n <= scenario.hubs; n += 1) await start(`hub${String(n)}`);
      front = await layWire(() => {
        const url = anyUp()?.url();
        return url === undefined ? undefined : { host: '127.0.0.1', port: Number(new URL(url).port) };
      }, options.traffic);
    },
    front: () => `http://127.0.0.1:${String(front?.port)}`,
    up,
    next: () => (coming.length === 0 ? undefined : Math.min(...coming.map(({ at }) => at))),
    runDue: async () => {
      const due = coming.filter(({ at }) => at <= time.now()).sort((a, b) => a.at - b.at);
      for (const one of due) {
        coming.splice(coming.indexOf(one), 1);
        await one.run();
      }
    },
    strikeOne: (how, forMs) => {
      const hub = anyUp();
      if (!hub) return;
      trace.struck(how, `${hub.owner.name} for ${String(forMs)} ms`);
      if (how === 'die') hub.kill(); else hub.standStill();
      const place = placeOf(hub);
      if (place !== undefined) fell(place, hub, how === 'die' ? 'died' : 'stands still', forMs);
    },
    stopOne: (forMs) => {
      const hub = anyUp();
      if (!hub) return;
      trace.struck('stop and start', hub.owner.name);
      const end = async () => {
        await hub.stop();
        const place = placeOf(hub);
        if (place === undefined || hub.owner.state === 'dead') return;
        hub.kill();
        fell(place, hub, 'died', forMs);
      };
      end().catch((error: unknown) => { trace.note(`${hub.owner.name} could not end: ${String(error)}`); });
    },
    shutDatabase: (forMs) => {
      shut = 'yes';
      for (const hub of alive.values()) hub.shutDatabase();
      later(forMs, () => {
        shut = 'no';
        trace.note('the database is back');
        for (const hub of alive.values()) hub.reopenDatabase();
      });
    },
    skewDatabase: (ms) => { skewMs = ms; },
    killAll: () => {
      for (const hub of alive.values()) { hub.kill(); dead.push(hub); }
      alive.clear();
      coming.length = 0;
    },
    buryAll: async () => {
      await front?.close();
      await Promise.all(dead.splice(0).map((hub) => hub.bury()));
    },
  };
};
