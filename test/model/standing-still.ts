import { lastWords, learnFrom, type Hold } from '../../core/recovery/index.js';
import type { SwitchedOff } from './box.js';
import { leaseMs } from './machine.js';
import type { InHand, World } from './world.js';

/** Whether another has claimed the case since: nothing this worker writes is stored any more. */
export const isGone = (world: World, { caseIndex, hold }: InHand): boolean => {
  const stored = world.cases[caseIndex];
  return stored !== undefined && (stored.fence !== hold.document.fence || stored.holder !== hold.document.holder);
};

/** Where a rule is off that these shortcuts lean on, every step is taken by itself. */
const areShort = (off: SwitchedOff | undefined): boolean => off?.write === undefined && off?.sendBefore === undefined && off?.closeLedger === undefined;

/**
 * What a worker whose hold is gone learns by a step that neither changes anything nor can end otherwise at any later time: it is taken at once.
 * It may hear first that its hold is gone and stop instead; then it ends where these steps end, or stops before the first that matters.
 */
export const learntInVain = (world: World, worker: InHand, off: SwitchedOff | undefined): Partial<Hold['knowledge']> | undefined => {
  const { effect, hold: { document, knowledge }, phase } = worker;
  if (phase !== 'ready' || !areShort(off) || !isGone(world, worker)) return undefined;
  switch (effect.do) {
    // what it is told here only decides why nothing leaves: by now it is too late to send
    case 'check_permission': {
      const attempt = document.attempts.find((one) => one.n === effect.n);
      return attempt && world.now >= attempt.sendBefore.getTime() ? learnFrom.check_permission(effect, 'permitted', knowledge) : undefined;
    }
    case 'prepare': return world.now >= effect.attempt.sendBefore.getTime() ? learnFrom.prepare(effect, { status: 'not_sent', cause: 'too late' }, knowledge) : undefined;
    case 'charge': return world.now >= effect.attempt.sendBefore.getTime() ? learnFrom.charge(effect, { status: 'not_sent', cause: 'too late' }, knowledge) : undefined;
    case 'revoke': return world.now >= (document.leaseUntil?.getTime() ?? 0) - leaseMs / 2 ? learnFrom.revoke(effect, 'not_answered', knowledge) : undefined;
    // a card is loosened only by the very send that holds it, and that one is over
    case 'close_ledger': return effect.result === 'not_sent' && !effect.stop && !hasInFlight(world, effect.attempt) ? learnFrom.close_ledger(effect, 'closed', knowledge) : undefined;
    case 'ask':
    case 'find_payment':
    case 'relay':
    case 'reserve':
    case 'read_invoice':
    case 'read_tokens':
    case 'stop_card':
    case 'hand_back':
    case 'take_over':
    case 'record':
    case 'refund':
    case 'write':
    case 'release':
    case 'renew':
    case 'know':
    case 'alert': return undefined;
  }
};

const hasInFlight = (world: World, attempt: { readonly key: string; readonly sendBefore: Date }): boolean => Object.values(world.ledgers).some((ledger) => {
  const open = Reflect.get(ledger, 'open') as { readonly attemptKey: string; readonly sendBefore: Date } | null;
  return open?.attemptKey === attempt.key && open.sendBefore.getTime() === attempt.sendBefore.getTime();
});

/**
 * Whether all that a worker may still do can wait until somebody looks: its hold is gone, it has nothing to say, and nobody else's next step
 * looks at a card. While another can claim or is at work, that it is busy keeps nobody waiting.
 */
export const canWait = (world: World, index: number, off: SwitchedOff | undefined): boolean => {
  const worker = world.workers[index];
  if (worker?.at !== 'hand' || worker.pace !== 'slow' || worker.effect.do !== 'close_ledger' || worker.effect.stop || lastWords(worker.hold)) return false;
  if (!areShort(off) || !isGone(world, worker)) return false;
  const others = world.workers.filter((_, at) => at !== index);
  return others.some((other) => other.at === 'idle' || (other.at === 'hand' && other.pace === 'prompt'))
    && !others.some((other) => other.at === 'hand' && (other.effect.do === 'reserve' || other.effect.do === 'close_ledger' || other.effect.do === 'stop_card'));
};
