import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  /** Where the logs of its processes are, and what it left behind, if something is wrong. */
  readonly trace: string | undefined;
}

type Verdict = Pick<RunResult, 'verdict' | 'violations' | 'trouble'> & { readonly left: unknown };

/** Plays one run from its first process to its verdict. Never throws. */
export const playRun = async (run: Run, hands: { readonly database: DatabaseProcess; readonly directory: string; readonly name: string }): Promise<RunResult> => {
  const from = performance.now();
  mkdirSync(hands.directory, { recursive: true });
  const { left, ...verdict } = await judged(run, hands);
  const seconds = (performance.now() - from) / 1000;
  if (verdict.verdict === 'held') {
    rmSync(hands.directory, { recursive: true, force: true });
    return { run, ...verdict, seconds, trace: undefined };
  }
  writeFileSync(join(hands.directory, 'left.json'), JSON.stringify({ run, ...verdict, left }, null, 1));
  return { run, ...verdict, seconds, trace: hands.directory };
};

const judged = async (run: Run, hands: { readonly database: DatabaseProcess; readonly directory: string; readonly name: string }): Promise<Verdict> => {
  const scenario = scenarios().find(({ name }) => name === run.scenario);
  if (!scenario) return { verdict: 'void', violations: [], trouble: ['There is no such scenario.'], left: undefined };
  let world: ProofWorld | undefined;
  try {
    world = await buildWorld(scenario.plan, hands);
    return await playIn(world, scenario, run);
  } catch (error) {
    return { verdict: 'missed', violations: [], trouble: [error instanceof Error ? error.stack ?? error.message : String(error)], left: undefined };
  } finally { await world?.strike(); }
};

const playIn = async (world: ProofWorld, scenario: Scenario, run: Run): Promise<Verdict> => {
  const places = Array.from({ length: run.hubs }, (_, place) => place);
  await Promise.all(places.map((place) => world.startHub(place)));
  const bells = run.hubs === 2 ? ringTwice(world.storage) : undefined;
  try {
    const fired: Fired = await strike(world, scenario, run, places);
    if (fired.status === 'void') {
      return { verdict: 'void', violations: [], trouble: [fired.why, ...await underWay(world, scenario)], left: await world.evidence() };
    }
    const trouble = await comeToRest(world, scenario);
    const evidence = await world.evidence();
    const violations = judge(evidence);
    return { verdict: trouble.length === 0 && violations.length === 0 ? 'held' : 'missed', violations, trouble, left: evidence };
  } finally { await bells?.stop(); }
};
