import { mkdirSync } from 'node:fs';
import { judge, type Violation } from '../laws/index.js';
import type { DatabaseProcess } from '../processes/database.js';
import { comeToRest, underWay } from './rest.js';
import { ringTwice } from './ring-twice.js';
import type { Run } from './runs.js';
import { scenarios, type Scenario } from './scenarios.js';
import { strike, type Fired } from './strike.js';
import { buildWorld, type ProofWorld } from './world.js';

/** How a run ended. `void`: its fault did not fire, so it proves nothing. */
export interface RunResult {
  readonly run: Run;
  readonly verdict: 'held' | 'missed' | 'void';
  readonly violations: readonly Violation[];
  /** Why it is void, or what did not come to its end. */
  readonly trouble: readonly string[];
  readonly seconds: number;
  /** What was left behind, when something is wrong. */
  readonly left?: unknown;
}

/** Plays one run from its first process to its verdict. Never throws. */
export const playRun = async (run: Run, hands: { readonly database: DatabaseProcess; readonly directory: string; readonly name: string }): Promise<RunResult> => {
  const from = performance.now();
  const seconds = () => (performance.now() - from) / 1000;
  const scenario = scenarios().find(({ name }) => name === run.scenario);
  if (!scenario) return { run, verdict: 'void', violations: [], trouble: ['There is no such scenario.'], seconds: 0 };
  mkdirSync(hands.directory, { recursive: true });
  let world: ProofWorld | undefined;
  try {
    world = await buildWorld(scenario.plan, hands);
    return { ...await playIn(world, scenario, run), seconds: seconds() };
  } catch (error) {
    return { run, verdict: 'missed', violations: [], trouble: [error instanceof Error ? error.stack ?? error.message : String(error)], seconds: seconds() };
  } finally { await world?.strike(); }
};

const playIn = async (world: ProofWorld, scenario: Scenario, run: Run): Promise<Omit<RunResult, 'seconds'>> => {
  const places = Array.from({ length: run.hubs }, (_, place) => place);
  await Promise.all(places.map((place) => world.startHub(place)));
  const bells = run.hubs === 2 ? ringTwice(world.storage) : undefined;
  try {
    const fired: Fired = await strike(world, scenario, run, places);
    if (fired.status === 'void') {
      return { run, verdict: 'void', violations: [], trouble: [fired.why], left: { underWay: await underWay(world, scenario), ...await world.evidence() } };
    }
    const left = await comeToRest(world, scenario);
    const evidence = await world.evidence();
    const violations = judge(evidence);
    const held = left.length === 0 && violations.length === 0;
    return { run, verdict: held ? 'held' : 'missed', violations, trouble: left, ...(held ? {} : { left: evidence }) };
  } finally { await bells?.stop(); }
};
