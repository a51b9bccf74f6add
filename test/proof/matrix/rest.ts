import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from './scenarios.js';
import type { ProofWorld } from './world.js';

const restWithinMs = 120_000;
const quietMs = 1200;
const lookEveryMs = 150;

/** Everything a world still has under way, in words. */
export const underWay = async (world: ProofWorld, scenario: Scenario): Promise<readonly string[]> => {
  try {
    const [stored, deliveries] = await Promise.all([world.stored(), scenario.plan.stripe === 'connection' ? world.stripe?.deliveries() : undefined]);
    const met = new Set((deliveries ?? []).filter(({ status }) => status !== null && status < 300).map(({ eventId, endpointId }) => `${eventId} ${endpointId}`));
    const awaited = (deliveries ?? []).filter(({ eventId, endpointId }) => !met.has(`${eventId} ${endpointId}`));
    return [
      ...(stored.cases.length === 0 ? ['no case yet'] : []),
      ...stored.cases.filter(({ status }) => status !== scenario.ends).map(({ _id, status }) => `case ${_id} is ${status}, expected ${scenario.ends}`),
      ...stored.underWay,
      ...new Set(awaited.map(({ eventId }) => `event ${eventId} is not acknowledged`)),
    ];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
};

/** Waits until nothing is under way and nothing new comes; answers what still is when time is up. */
export const comeToRest = async (world: ProofWorld, scenario: Scenario, withinMs = restWithinMs): Promise<readonly string[]> => {
  const until = performance.now() + withinMs;
  let quietSince: number | undefined;
  for (;;) {
    const left = await underWay(world, scenario);
    const now = performance.now();
    if (left.length > 0) quietSince = undefined;
    else if (quietSince === undefined) quietSince = now;
    else if (now - quietSince >= quietMs) return [];
    if (now > until) return left;
    await sleep(lookEveryMs);
  }
};
