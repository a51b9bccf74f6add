import { createFakeClock, type FakeClock } from './fake-clock.js';
import type { FakeOptions } from './fake-server.js';
import type { FaultKinds, FaultList } from './faults.js';
import { createKeyMemory, type KeyMemory } from './key-memory.js';
import { createRaces, type Races } from './races.js';

/** What every fake of a billing platform works with, beside its account, its events and its own retries. */
export interface FakeParts<Switches extends object, Own extends string> {
  readonly clock: FakeClock;
  readonly switches: Switches;
  readonly keyMemory: KeyMemory;
  readonly faults: FaultList<Own>;
  readonly races: Races;
  /** How long a request that moves money is under way before it is applied, wall milliseconds. */
  processingMs: number;
}

/** @param defaults - Every switch of the fake as it stands when nobody turned it. */
export const createFakeParts = <Switches extends object, Own extends string>(
  options: FakeOptions<Switches>,
  faultKinds: FaultKinds<Own>,
  defaults: Switches,
): FakeParts<Switches, Own> => {
  const clock = createFakeClock(options);
  return {
    clock,
    switches: { ...defaults, ...options.switches },
    keyMemory: createKeyMemory(clock),
    faults: faultKinds.createList(),
    races: createRaces(),
    processingMs: 0,
  };
};
