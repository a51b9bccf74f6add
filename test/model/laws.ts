import type { CaseDocument } from '../../core/cases/index.js';
import type { Box } from './box.js';
import { standing } from './gateway.js';
import type { World } from './world.js';

const isOver = (status: string): boolean => status === 'succeeded' || status === 'failed' || status === 'blocked' || status === 'cancelled';

/** Laws that are read off a state; those about one step are asked where it is taken. */
export const brokenLaw = (world: World, box: Box): string | undefined => world.broken ?? unsettled(world) ?? untold(world) ?? notHandedBack(world, box) ?? forgotten(world);

/** 3: every approval is settled or visibly owed. */
const unsettled = (world: World): string | undefined => {
  for (const charge of world.charges) {
    if (standing(charge) <= 0 || charge.late === 'yes') continue;
    const document = world.cases[charge.caseIndex];
    const attempt = document?.attempts.find((one) => one.key === charge.key);
    if (!document || !attempt?.resolved) continue;
    if (attempt.outcome?.status === 'approved') {
      if ((document.status === 'succeeded' && document.settlement) || document.refunds.some((refund) => refund.once.ourReference.startsWith(charge.key))) continue;
      return `3: ${charge.key} was approved and its case is ${document.status}, settlement ${document.settlement?.state ?? 'none'}`;
    }
    const known = document.signals.some((signal) => signal.event.type === 'attempt_approved') || document.status === 'succeeded'
      || world.workers.some((worker) => worker.at === 'speaking' || (worker.at === 'hand' && worker.hold.knowledge.outcome?.outcome.status === 'approved'));
    if (!known && world.deliveries.length === 0 && world.debts[charge.caseIndex]?.paidBy !== charge.key) return `3: ${charge.key} took money and is kept as ${String(attempt.outcome?.status)}`;
  }
  return undefined;
};

/** 4: one notification document for each final transition. */
const untold = (world: World): string | undefined => {
  const waiting = world.cases.reduce((sum, document) => sum + document.outbox.filter((entry) => !world.accepted.includes(entry.id)).length, 0);
  const told = world.accepted.length + waiting;
  return told === world.finals ? undefined : `4: ${String(world.finals)} final transitions, ${String(told)} events`;
};

/** 7: nothing taken over, and nothing to be stopped, without a hand-back owed. */
const notHandedBack = (world: World, box: Box): string | undefined => {
  for (const document of world.cases) {
    const owed = document.due.handBack !== undefined;
    if (document.takeOver && document.takeOver.state !== 'handed_back' && !owed) return `7: ${document.takeOver.state} without a hand-back owed`;
    if (box.dunning === 'controllable' && document.connectionId !== undefined && document.status === 'blocked' && !document.takeOver && !owed) return '7: blocked, and the platform is not told to stop';
  }
  return undefined;
};

/** 8: what was charged counts on its card. */
const forgotten = (world: World): string | undefined => {
  for (const ledger of Object.values(world.ledgers)) {
    const tries = Reflect.get(ledger, 'tries') as readonly { readonly key: string; readonly state: string }[];
    const gone = tries.find((one) => one.state === 'not_sent' && world.charges.some((charge) => charge.key === one.key && charge.taken > 0 && charge.late === 'no'));
    if (gone) return `8: ${gone.key} took money and counts as not sent`;
  }
  return undefined;
};

/** Nothing is owed to anybody: what every state must be able to come to by steps that are nobody's fault. */
export const isAtRest = (world: World, box: Box): boolean => {
  if (world.orphans.length > 0 || world.letters.length > 0 || world.deliveries.length > 0 || world.workers.some((worker) => worker.at !== 'idle')) return false;
  for (const [index, document] of world.cases.entries()) {
    const { due } = document;
    if (!isOver(document.status) || document.holder !== null || document.outbox.length > 0 || document.signals.length > 0) return false;
    if (due.step || due.settle || due.handBack || due.refund || due.relay || document.attempts.some((attempt) => !attempt.resolved)) return false;
    if (box.dunning === 'controllable' && document.connectionId !== undefined && !isReturned(document, world.debts[index]?.retries)) return false;
    const paidBy = world.debts[index]?.paidBy ?? 'nobody';
    if (document.connectionId !== undefined && document.status === 'succeeded' && (paidBy === 'nobody' || paidBy === 'voided')
      && !((document.settlement?.state === 'refused' || box.source === 'both') && world.alerts === 'raised')) return false;
    const took = world.charges.some((charge) => charge.caseIndex === index && standing(charge) > 0);
    if (took && document.status !== 'succeeded' && world.alerts === 'none') return false;
  }
  return true;
};

/** What we took from the platform it has again, or it was told to stop. */
const isReturned = (document: CaseDocument, retries: string | undefined): boolean => {
  switch (document.status) {
    case 'blocked': return retries === 'stopped';
    case 'failed': return !document.takeOver || retries === 'on';
    case 'cancelled': return !document.takeOver || document.ended?.reason === 'invoice_voided' || retries === 'on';
    case 'succeeded':
    case 'queued':
    case 'attempting':
    case 'unknown': return true;
  }
};
