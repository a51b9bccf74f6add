import { setTimeout as sleep } from 'node:timers/promises';
import type { HubProcess } from '../processes/hub.js';
import { eventually } from './eventually.js';
import { comeToRest } from './rest.js';
import type { Run } from './runs.js';
import { isHeld, type Scenario } from './scenarios.js';
import { leaseMs, type ProofWorld } from './world.js';

/** Whether the fault struck. */
export type Fired = { readonly status: 'fired' } | { readonly status: 'void'; readonly why: string };

/** A hub that is where the fault is to strike it. */
interface Struck { readonly hub: HubProcess; readonly place: number; readonly documentId: string }

const fired: Fired = { status: 'fired' };
const firesWithinMs = 45_000;
const pastLeaseMs = leaseMs + 1500;
/** A charge is held so long that a hub can be stopped meanwhile. */
const chargeTakesMs = 1200;
const databaseAwayMs = 1500;
/** An hour, and never less than a receiver needs to be tried in. */
const hourMs = ({ clock }: ProofWorld): number => Math.max(3_600_000 / clock.scale, 1000);

const within = async <T>(ms: number, work: Promise<T>): Promise<T | undefined> => {
  const timer = new AbortController();
  try {
    return await Promise.race([work, sleep(ms, undefined, { signal: timer.signal })]);
  } finally { timer.abort(); }
};

/** The first hub that comes to the place; the others pass it. */
const firstAt = async (world: ProofWorld, places: readonly number[]): Promise<Struck | undefined> => {
  const coming = places.map(async (place): Promise<Struck | undefined> => {
    const hub = world.hubs.get(place);
    if (!hub) return undefined;
    const { documentId } = await hub.reached();
    return { hub, place, documentId };
  });
  const first = await within(firesWithinMs, Promise.race(coming));
  for (const [place, hub] of world.hubs) if (place !== first?.place) hub.goOn();
  return first;
};

/** Arms every hub, lets the scenario begin and answers the hub that stands at the place. */
const meet = async (world: ProofWorld, scenario: Scenario, place: string, places: readonly number[]): Promise<Struck | undefined> => {
  for (const hub of world.hubs.values()) hub.arm(place);
  await scenario.begin(world, places);
  return firstAt(world, places);
};

/** The hub whose charge a fake holds. */
const meetAtCharge = async (world: ProofWorld, scenario: Scenario, how: 'for_ever' | number, places: readonly number[]): Promise<Struck | undefined> => {
  await scenario.holdCharge(world, how);
  const struck = await meet(world, scenario, 'attempt written', places);
  if (!struck) return undefined;
  struck.hub.goOn();
  const held = async () => ((await world.evidence()).requests.some((request) => isHeld(request, how)) ? true : undefined);
  return await eventually(held, firesWithinMs) ? struck : undefined;
};

const meetAt = (world: ProofWorld, scenario: Scenario, run: Run, places: readonly number[]): Promise<Struck | undefined> =>
  (run.point === 'charge sent' ? meetAtCharge(world, scenario, run.fault === 'kill' ? 'for_ever' : chargeTakesMs, places) : meet(world, scenario, run.point ?? '', places));

const killAndStartAgain = async (world: ProofWorld, { hub, place }: Struck): Promise<void> => {
  await hub.kill();
  await world.startHub(place);
};

/** Stopped in the middle of its charge, the other hub takes the case; woken, it learns the approval of a case that it has lost, and dies with it. */
const loseTheFence = async (world: ProofWorld, scenario: Scenario, places: readonly number[]): Promise<Fired> => {
  const struck = await meetAtCharge(world, scenario, chargeTakesMs, places);
  if (!struck) return { status: 'void', why: 'No charge came to the fake.' };
  const { hub, documentId } = struck;
  hub.signal('SIGSTOP');
  const fenceOf = async () => (await world.storage.collection<{ _id: string; fence: number }>('cases').findOne({ _id: documentId }))?.fence ?? 0;
  const before = await fenceOf();
  const taken = await eventually(async () => (await fenceOf() > before ? true : undefined), 20_000);
  hub.arm('approval known, fence lost');
  hub.signal('SIGCONT');
  if (!taken) return { status: 'void', why: 'Nobody else took the case.' };
  if (!await within(firesWithinMs, hub.reached())) return { status: 'void', why: 'It never learnt of its approval with the hold lost.' };
  await killAndStartAgain(world, struck);
  return fired;
};

const receiverDown = async (world: ProofWorld, scenario: Scenario, places: readonly number[]): Promise<Fired> => {
  await world.receiver.answer('down');
  await scenario.begin(world, places);
  const tried = async () => ((await world.receiver.log()).length > 0 ? true : undefined);
  if (!await eventually(tried, firesWithinMs)) return { status: 'void', why: 'Nothing was sent to the receiver.' };
  await sleep(hourMs(world));
  await world.receiver.answer(204);
  return fired;
};

/** Brings the scenario to the place of the run and strikes there, from outside. */
export const strike = async (world: ProofWorld, scenario: Scenario, run: Run, places: readonly number[]): Promise<Fired> => {
  if (run.fault === 'receiver') return receiverDown(world, scenario, places);
  if (run.point === 'approval known, fence lost') return loseTheFence(world, scenario, places);
  const struck = await meetAt(world, scenario, run, places);
  if (!struck) return { status: 'void', why: `No hub came to "${run.point ?? ''}".` };
  const { hub } = struck;
  switch (run.fault) {
    case 'kill':
      await killAndStartAgain(world, struck);
      return fired;
    case 'stop':
      hub.signal('SIGSTOP');
      await sleep(pastLeaseMs);
      hub.signal('SIGCONT');
      hub.goOn();
      return fired;
    case 'sleep':
      hub.signal('SIGSTOP');
      // what it holds may need it to wake up: it is not waited for without end
      await comeToRest(world, scenario, 20_000);
      hub.signal('SIGCONT');
      hub.goOn();
      return fired;
    case 'database':
      await world.database.kill();
      hub.goOn();
      await sleep(databaseAwayMs);
      await world.database.startAgain();
      return fired;
  }
};
