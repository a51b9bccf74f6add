import type { Clock } from '../../core/scheduling/index.js';
import type { Storage } from '../../core/storage/index.js';
import { readStored } from '../proof/evidence/stored.js';
import type { Hubs } from './hubs.js';
import type { Scenario } from './scenario.js';
import type { SimulatedBells } from './simulated-bells.js';
import type { SimulatedTime } from './simulated-time.js';
import type { Trace } from './trace.js';
import type { Traffic } from './traffic.js';
import type { Script } from './script-parts.js';

const mostSteps = 3000;
const mostHubDays = 100;
/** What is later than this by hub time is found by a sweep. */
const lateMs = 5000;

/** What a world runs on. */
export interface Running {
  readonly scenario: Scenario;
  readonly time: SimulatedTime;
  readonly traffic: Traffic;
  readonly bells: SimulatedBells;
  readonly script: Script;
  readonly hubs: Hubs;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly start: number;
  /** Makes due again what waits for a person; answers how much it was. */
  readonly mend: () => Promise<number>;
}

const earliest = (...times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

/** When the first stored document is due, wall ms. */
const firstDue = async ({ storage, clock, scenario }: Running): Promise<number | undefined> => {
  const found = await Promise.all(['cases', 'deliveries', 'notifications', ...(scenario.hazards.disconnectAt === undefined ? [] : ['connections'])].map((name) =>
    storage.collection<{ _id: string; nextAt?: Date }>(name).find({ nextAt: { $exists: true } }, { projection: { nextAt: 1 } }).sort({ nextAt: 1 }).limit(1).next()));
  return earliest(...found.map((one) => (one?.nextAt ? clock.wallAt(new Date(one.nextAt.getTime() + lateMs)).getTime() : undefined)));
};

/** Moves time from one thing to the next until nothing is left to happen. */
export const runToRest = async (running: Running): Promise<{ readonly steps: number; readonly unfinished: readonly string[] }> => {
  const { time, traffic, bells, script, hubs, clock, storage, trace } = running;
  const end = clock.wallAt(new Date(clock.hubAt(new Date(running.start)).getTime() + mostHubDays * 86_400_000)).getTime();
  let mended = 0;
  let steps = 0;
  for (; steps < mostSteps; steps += 1) {
    await traffic.settled();
    const coming = earliest(script.next(), hubs.next(), bells.next(), time.next('busy'));
    let at = coming;
    // a bell may be lost: what is overdue is found by the next sweep
    if (coming === undefined || coming - time.now() > 500) {
      const due = await firstDue(running);
      const look = time.next('all');
      // nobody is up to look where no hub waits for its next look
      const sweep = due === undefined || look === undefined ? undefined : Math.max(due, look, time.now() + 1);
      at = earliest(coming, sweep);
    }
    if (at === undefined || at > end) {
      if (mended > 3 || await running.mend() === 0) break;
      mended += 1;
      continue;
    }
    for (const fire of time.moveTo(at)) fire();
    bells.ringDue();
    script.runDue();
    await hubs.runDue();
  }
  await traffic.settled();
  const { underWay, cases } = await readStored(storage);
  trace.note(`at rest after ${String(steps)} steps`);
  for (const one of cases.filter(({ _id }) => underWay.some((what) => what.includes(_id)))) trace.note(JSON.stringify({ ...one, method: undefined, tried: undefined }));
  return { steps, unfinished: [...(steps >= mostSteps ? [`It took more than ${String(mostSteps)} steps.`] : []), ...underWay] };
};
