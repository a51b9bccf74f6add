import type { InvoiceState, SettlementResult } from '../../core/connector-kit/index.js';
import { learnFrom, type Call, type Hold } from '../../core/recovery/index.js';
import type { Box, SwitchedOff } from './box.js';
import { amount, found, givenBack, invoiceOf, prepared, revoked } from './gateway.js';
import type { LedgerStore } from './ledger-store.js';
import { delivered } from './letters.js';
import { leaseMs, mappedRoute } from './machine.js';
import { spend, type InHand, type Letter, type Transition, type World } from './world.js';

type Learnt = Partial<Hold['knowledge']>;

/** How a call ends: the world it leaves behind, and what was learnt. */
interface Ending { readonly name: string; readonly kind: Transition['kind']; readonly world: World; readonly after: Learnt }

const clientId = 'client';
const unheard = { status: 'unknown', cause: 'no answer', gatewayRefs: [] } as const;

const accepted = (world: World, ids: readonly string[], off: SwitchedOff | undefined): World => ({
  ...world,
  accepted: off?.acceptance === 'without_id' ? [...world.accepted, ...ids] : [...world.accepted, ...ids.filter((id) => !world.accepted.includes(id))],
});

/** What the platform says to a payment that is told to it. */
const recordedOn = (world: World, { caseIndex }: Letter): SettlementResult => {
  const paidBy = world.debts[caseIndex]?.paidBy ?? 'nobody';
  if (paidBy === 'nobody') return { status: 'recorded' };
  // it says only that the invoice is paid, and by what: whose that is must be read
  const [payment] = invoiceOf(world, caseIndex).payments;
  return payment ? { status: 'paid_by_other', payment } : { status: 'refused', reason: 'invoice_voided', detail: paidBy };
};

const isPaidByOther = ({ recorded }: Hold['knowledge']): boolean => recorded !== undefined && recorded !== 'asked' && recorded.status === 'paid_by_other';

const ofAnother = (invoice: InvoiceState): InvoiceState =>
  ({ ...invoice, payments: invoice.payments.map(({ ourReference: _ours, ...payment }) => ({ ...payment, ref: 'ref-other', gatewayRefs: [] })) });

const tokenOf = (world: World, caseIndex: number, hold: Hold, box: Box) => {
  const card = world.debts[caseIndex]?.card ?? 'old';
  const { document } = hold;
  const sealed = { sealed: `sealed-${card}`, gatewayType: 'test', last4: '4242', cardKey: `card-${card}` };
  const tried = { methodDigest: card };
  const change = document.connectionId !== undefined && document.tried.length > 0 && document.tried.every((one) => one.methodDigest !== card) ? 'changed' as const : 'same' as const;
  return {
    status: 'found' as const, change, first: { token: { gatewayType: 'test', gatewayAccountRef: 'account', methodRef: card }, sealed, tried },
    ...(document.connectionId !== undefined && box.collects === 'gateway' ? { route: mappedRoute(box) } : {}),
  };
};

/** Every way one call of the step machine may end, but for a charge, which travels by itself. */
export const endingsOf = async (world: World, worker: InHand, effect: Exclude<Call, { do: 'charge' }>, box: Box, off: SwitchedOff | undefined, ledger: LedgerStore): Promise<readonly Ending[]> => {
  const { hold, caseIndex } = worker;
  const { knowledge, document } = hold;
  const isLate = (sendBefore: number) => off?.sendBefore !== 'ignored' && world.now >= sendBefore;
  const step = (name: string, after: Learnt, to: World = world): Ending => ({ name, kind: 'step', world: to, after });
  const lost = (name: string, after: Learnt, to: World): readonly Ending[] => (world.left.crashes === 0 ? [] : [{ name, kind: 'fault', world: spend(to, 'crashes'), after }]);
  const until = world.now + box.protection.absentIsFinalAfterMs;
  /** A call about the invoice: answered, or unheard, there already or still under way. */
  const written = (name: string, letter: Letter, answered: Learnt, not: Learnt): readonly Ending[] => [
    step(name, answered, delivered(world, letter)),
    ...lost(`${name}, and hears nothing`, not, delivered(world, letter)),
    ...lost(`${name}, and waits in vain: it is still under way`, not, { ...world, letters: [...world.letters, letter] }),
  ];
  const card = (token: { readonly cardKey: string } | undefined) => ({ clientId, cardKey: token?.cardKey ?? '' });

  switch (effect.do) {
    case 'relay': return [step('hands its events over', learnFrom.relay(effect, 'handed_over', knowledge), accepted(world, effect.entries.map((entry) => entry.id), off))];
    case 'read_tokens': return [step('reads the card', learnFrom.read_tokens(effect, tokenOf(world, caseIndex, hold, box), knowledge))];
    case 'read_invoice': return [step('reads the invoice', learnFrom.read_invoice(effect, { state: off?.evidence === 'assumed' && isPaidByOther(knowledge) ? ofAnother(invoiceOf(world, caseIndex)) : invoiceOf(world, caseIndex), at: new Date(world.now) }, knowledge))];
    case 'reserve': {
      const token = effect.token?.sealed ?? document.attempts.find((attempt) => attempt.n === effect.n)?.token;
      const key = `${document._id}-${String(effect.n)}`;
      if (off?.reserve === 'always') return [step(`takes ${key} for reserved`, learnFrom.reserve(effect, { status: 'reserved' }, knowledge))];
      const { world: to, result } = await ledger.use(world, `reserve ${key} ${String(effect.sendBefore.getTime())} ${token?.cardKey ?? ''}`, (cards) => cards.reserve(card(token), {
        attemptKey: key, amount, series: document._id, sendBefore: effect.sendBefore, absentIsFinalAfterMs: box.protection.absentIsFinalAfterMs,
      }));
      return [step(`reserves ${key}: ${result.status}`, learnFrom.reserve(effect, result, knowledge), to)];
    }
    case 'close_ledger': {
      const { attempt, result } = effect;
      const open = Object.values(world.ledgers).map((one) => Reflect.get(one, 'open') as { readonly sendBefore: Date } | null)[0];
      const sendBefore = off?.closeLedger === 'any_send' && open ? open.sendBefore : attempt.sendBefore;
      const { world: to } = await ledger.use(world, `close ${attempt.key} ${String(sendBefore.getTime())} ${result} ${attempt.token?.cardKey ?? ''}`, (cards) => cards.close(card(attempt.token), { attemptKey: attempt.key, sendBefore, result }));
      return [step(`closes ${attempt.key} in the ledger: ${result}`, learnFrom.close_ledger(effect, 'closed', knowledge), to)];
    }
    case 'stop_card': return [step('keeps a stop against the card', learnFrom.stop_card(effect, 'kept', knowledge))];
    case 'check_permission': return [step('asks whether it may charge', learnFrom.check_permission(effect, world.charging === 'allowed' ? 'permitted' : { refusal: world.charging }, knowledge))];
    case 'prepare': {
      const { attempt } = effect;
      if (isLate(attempt.sendBefore.getTime())) return [step(`may not prepare ${attempt.key} any more`, learnFrom.prepare(effect, { status: 'not_sent', cause: 'too late' }, knowledge))];
      const to = prepared(world, attempt.key, caseIndex);
      return [
        step(`prepares ${attempt.key}`, learnFrom.prepare(effect, { chargeRef: `object-${attempt.key}` }, knowledge), to),
        ...lost(`prepares ${attempt.key}, and hears nothing`, learnFrom.prepare(effect, unheard, knowledge), to),
      ];
    }
    case 'ask': {
      const { attempt } = effect;
      const answer = found(world, attempt.key, caseIndex, box);
      return [
        step(`asks for ${attempt.key}: ${answer.status}`, learnFrom.ask(effect, answer, knowledge)),
        ...lost(`asks for ${attempt.key}, and hears nothing`, learnFrom.ask(effect, 'not_answered', knowledge), world),
      ];
    }
    case 'revoke': {
      const { attempt } = effect;
      if (isLate((document.leaseUntil?.getTime() ?? 0) - leaseMs / 2)) return [step(`may not revoke ${attempt.key} any more`, learnFrom.revoke(effect, 'not_answered', knowledge))];
      const { world: to, answer } = revoked(world, attempt.key, caseIndex, box);
      return [
        step(`revokes ${attempt.key}: ${answer.status}`, learnFrom.revoke(effect, answer, knowledge), to),
        ...lost(`revokes ${attempt.key}, and hears nothing`, learnFrom.revoke(effect, 'not_answered', knowledge), to),
      ];
    }
    case 'refund': {
      const { refund, attempt } = effect;
      if (isLate(refund.sendBefore?.getTime() ?? 0)) return [step('may not refund any more', learnFrom.refund(effect, 'failed', knowledge))];
      const to = givenBack(world, attempt.key, off?.refundKey === 'new' ? `${refund.once.key}-${String(refund.tries ?? 0)}` : refund.once.key, refund.why, caseIndex);
      return [
        step(`gives ${attempt.key} back (${refund.why})`, learnFrom.refund(effect, { status: 'refunded', refundRef: `refund-${refund.once.key}` }, knowledge), to),
        ...lost(`gives ${attempt.key} back (${refund.why}), and hears nothing`, learnFrom.refund(effect, { status: 'unknown', cause: 'no answer' }, knowledge), to),
        ...lost(`gives ${attempt.key} back (${refund.why}) in vain, and hears nothing`, learnFrom.refund(effect, { status: 'unknown', cause: 'no answer' }, knowledge), world),
      ];
    }
    case 'hand_back': {
      if (isLate(document.takeOver?.sendBefore.getTime() ?? 0)) return [step('may not hand back any more', learnFrom.hand_back(effect, 'failed', knowledge))];
      return written('hands the retries back', { what: 'hand_back', caseIndex, until, retries: effect.ending.startDunning ? 'on' : 'stopped' }, learnFrom.hand_back(effect, 'done', knowledge), learnFrom.hand_back(effect, 'failed', knowledge));
    }
    case 'take_over': {
      if (world.charging === 'disconnected') return [step('finds the connection given up, and takes nothing over', learnFrom.take_over(effect, { refusal: world.charging }, knowledge))];
      if (isLate(effect.sendBefore.getTime())) return [step('may not take over any more', learnFrom.take_over(effect, 'not_answered', knowledge))];
      return written('takes the retries over', { what: 'take_over', caseIndex, until }, learnFrom.take_over(effect, { status: 'taken' }, knowledge), learnFrom.take_over(effect, 'not_answered', knowledge));
    }
    case 'record': {
      const { attempt } = effect;
      const unheard = learnFrom.record(effect, 'not_answered', knowledge);
      if (isLate(effect.sendBefore.getTime())) return [step(`may not record ${attempt.key} any more`, unheard)];
      const letter: Letter = { what: 'record', caseIndex, until, key: attempt.key };
      const answer = recordedOn(world, letter);
      return written(`records ${attempt.key} on the platform: ${answer.status}`, letter, learnFrom.record(effect, answer, knowledge), unheard);
    }
    case 'find_payment': return [step(`asks whether ${effect.attempt.key} stands`, learnFrom.find_payment(effect, found(world, effect.attempt.key, caseIndex, box), knowledge))];
  }
};
