import { createHash } from 'node:crypto';
import { scenarios, type FaultPoint, type Scenario } from './scenarios.js';

/**
 * `kill`: SIGKILL, then started again. `stop`: SIGSTOP past the lease, then SIGCONT. `sleep`: SIGSTOP until the other hub has brought everything to its
 * end, then SIGCONT. `database`: the database is killed under the hub and started again. `receiver`: the merchant's endpoint is down for an hour.
 */
export type FaultKind = 'kill' | 'stop' | 'sleep' | 'database' | 'receiver';

/** One run of the matrix. */
export interface Run {
  readonly id: string;
  readonly scenario: string;
  /** Undefined: the fault is no hub's. */
  readonly point: FaultPoint | undefined;
  readonly fault: FaultKind;
  readonly hubs: 1 | 2;
}

const stoppedAt: readonly FaultPoint[] =
  ['take-over intended', 'taken', 'reserved', 'attempt written', 'prepared', 'charge sent', 'charge answered', 'recorded on the platform', 'refunded', 'handed back'];

const ofPoint = (point: FaultPoint): readonly Pick<Run, 'fault' | 'hubs'>[] => {
  const killed = [{ fault: 'kill', hubs: 1 }, { fault: 'kill', hubs: 2 }] as const;
  const stopped = [{ fault: 'stop', hubs: 1 }, { fault: 'stop', hubs: 2 }, { fault: 'sleep', hubs: 2 }] as const;
  return [...killed, ...(stoppedAt.includes(point) ? stopped : []), ...(point === 'charge sent' ? [] : [{ fault: 'database', hubs: 1 }] as const)];
};

const runsOf = ({ name, points, ends }: Scenario): readonly Run[] => {
  const named = (run: Omit<Run, 'id' | 'scenario'>): Run =>
    ({ id: `${name} · ${run.point ?? 'an hour'} · ${run.fault} · ${run.hubs}`, scenario: name, ...run });
  return [
    ...points.flatMap((point) => ofPoint(point).map((more) => named({ point, ...more }))),
    // the hold is lost while its charge is under way: another hub must be there to take it, and the charge be approved
    ...(points.includes('charge sent') && ends === 'succeeded' ? [named({ point: 'approval known, fence lost', fault: 'kill', hubs: 2 })] : []),
    ...([1, 2] as const).map((hubs) => named({ point: undefined, fault: 'receiver', hubs })),
  ];
};

/** Every run of the matrix. */
export const allRuns = (): readonly Run[] => scenarios().flatMap(runsOf);

const weight = (seed: string, { id }: Run): string => createHash('sha256').update(`${seed}\0${id}`).digest('hex');

/** The same runs in the order of a seed, the scenarios by turns: however few are played, they are of every kind. */
export const inOrderOf = (seed: string, runs: readonly Run[]): readonly Run[] => {
  const shuffled = [...runs].sort((one, other) => weight(seed, one).localeCompare(weight(seed, other)));
  const turns = new Map<string, number>();
  const inTurns = shuffled.map((run) => {
    const turn = turns.get(run.scenario) ?? 0;
    turns.set(run.scenario, turn + 1);
    return { run, turn };
  });
  return inTurns.sort((one, other) => one.turn - other.turn).map(({ run }) => run);
};
