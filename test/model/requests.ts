import { learnFrom, type AnswerTo } from '../../core/recovery/index.js';
import { accesses } from './accesses.js';
import type { Box } from './box.js';
import { arrivals, isOneDebt, standing } from './gateway.js';
import { breaking, replaced, spend, type InHand, type Request, type Transition, type World } from './world.js';

const day = 24 * 3_600_000;

/** Wall ms before which a process that stood still must have gone on: past it stands what the protocol leaves open. */
export const openPast = (sendBefore: Date, startedAt: Date, box: Box): number => {
  switch (box.protection.kind) {
    case 'single_use_object': return Number.POSITIVE_INFINITY;
    case 'key': return Math.min(sendBefore.getTime() + day, startedAt.getTime() + box.protection.keptForMs);
    case 'search_only': return sendBefore.getTime() + day;
  }
};

const flying = (world: World): readonly Request[] =>
  [...world.orphans, ...world.workers.flatMap((worker) => (worker.at === 'hand' && worker.phase === 'waiting' && worker.request ? [worker.request] : []))];

const isRepeatable = (box: Box, key: string, other: string): boolean => key === other && box.protection.kind === 'key';

/** A request to move money leaves: the laws that forbid it are asked here. */
export const sent = (world: World, index: number, worker: InHand, box: Box): World => {
  if (worker.effect.do !== 'charge') return world;
  const { attempt } = worker.effect;
  const late = world.now >= attempt.sendBefore.getTime() ? 'yes' : 'no';
  const request: Request = {
    key: attempt.key, caseIndex: worker.caseIndex, chargeRef: attempt.chargeRef, late,
    until: Math.min(world.now + box.protection.absentIsFinalAfterMs, late === 'yes' ? openPast(attempt.sendBefore, attempt.startedAt, box) - 1 : Number.POSITIVE_INFINITY),
  };
  let after = world;
  if (!world.cases[worker.caseIndex]?.attempts.some((row) => row.key === attempt.key)) after = breaking(after, '2: a charge left without its attempt being written');
  if (late === 'no') {
    const others = flying(world).filter((one) => one.late === 'no');
    const ofDebt = others.filter((one) => isOneDebt(box, one.caseIndex, worker.caseIndex) && !isRepeatable(box, attempt.key, one.key));
    const paid = world.charges.some((charge) => isOneDebt(box, charge.caseIndex, worker.caseIndex) && standing(charge) > 0 && charge.late === 'no' && !isRepeatable(box, attempt.key, charge.key));
    if (ofDebt.length > 0) after = breaking(after, '1: a second try while another is open');
    else if (paid) after = breaking(after, '1: a second try after a success');
    if (box.collects === 'gateway' && worker.hold.document.connectionId !== undefined && box.dunning === 'controllable' && world.debts[worker.caseIndex]?.retries === 'on') after = breaking(after, '7: a charge left while the platform retries by itself');
    if (others.some((one) => one.key !== attempt.key)) after = breaking(after, '8: a charge of a card begins while another may still take money');
  }
  return { ...after, workers: replaced(after.workers, index, { ...worker, phase: 'waiting', request }) };
};

const withoutOrphan = (world: World, request: Request): World => {
  const at = world.orphans.indexOf(request);
  return { ...world, orphans: world.orphans.filter((_, index) => index !== at) };
};

/** What may become of requests nobody waits for. */
export const orphanTransitions = (world: World, box: Box): readonly Transition[] => world.orphans.flatMap((request): readonly Transition[] => {
  const atItsEnd = world.now >= request.until;
  const seen = accesses(world, request.caseIndex);
  if (!atItsEnd && !seen.has('gateway')) return [];
  return [
    ...arrivals(withoutOrphan(world, request), request, box).map(({ name, kind, world: to }): Transition => ({ name: `orphan: ${name}`, kind, to })),
    ...(atItsEnd ? [{ name: `orphan: ${request.key} never arrives`, kind: 'step' as const, to: withoutOrphan(world, request) }] : []),
  ];
});

type Learnt = (world: World, worker: InHand, after: ReturnType<(typeof learnFrom)['charge']>) => World;

/** What may become of the request a worker waits for. */
export const waitingTransitions = (world: World, index: number, worker: InHand, box: Box, learnt: Learnt): readonly Transition[] => {
  const { effect, request } = worker;
  if (effect.do !== 'charge') return [];
  const heard = (after: World, said: AnswerTo['charge']) => learnt(after, worker, learnFrom.charge(effect, said, worker.hold.knowledge));
  if (!request) return [];
  // what a slow worker hears late it acts upon late: hearing alone moves nothing
  const came = arrivals(world, request, box).map(({ name, kind, world: after, answer }): Transition => ({ name, kind, to: heard(after, answer) }));
  if (world.left.crashes === 0) return came;
  const without = { ...spend(world, 'crashes'), orphans: [...world.orphans, request] };
  return [...came, { name: `w${String(index)} waits in vain for ${request.key}, which is still under way`, kind: 'fault', to: heard(without, { status: 'unknown', cause: 'no answer', gatewayRefs: [] }) }];
};
