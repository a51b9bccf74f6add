import type { Attempt, OutboxEntry } from '../../cases/index.js';
import type { ReserveResult } from '../../cards/index.js';
import type { ChargeOutcome, FindOutcome, InvoiceState, RefundOutcome, SettlementResult, TakeOver } from '../../connector-kit/index.js';
import type { Effect, Knowledge } from './effects.js';

/** An effect that speaks to the world and is answered with what it taught. */
export type Call = Exclude<Effect, { do: 'write' | 'know' | 'renew' | 'release' | 'alert' }>;
type CallOf<D extends Call['do']> = Extract<Call, { do: D }>;

/** What the world says to a call. `not_offered`: the gateway has no such method; `not_answered`: it could not be asked now. */
export interface AnswerTo {
  /** `broken`: what can never be handed over; what is in neither list stays owed. */
  readonly relay: 'handed_over' | 'failed' | { readonly handedOver: readonly string[]; readonly broken: readonly OutboxEntry[] };
  readonly read_invoice: { readonly state: InvoiceState; readonly at: Date } | { readonly unavailable: string };
  readonly read_tokens: NonNullable<Knowledge['tokens']>;
  readonly reserve: ReserveResult;
  readonly check_permission: 'permitted' | { readonly refusal: string };
  readonly prepare: { readonly chargeRef: string } | ChargeOutcome | 'not_offered';
  readonly charge: ChargeOutcome | { readonly status: 'already_paid' };
  readonly ask: FindOutcome | 'not_answered';
  readonly revoke: ChargeOutcome | { readonly status: 'revoked' } | 'not_answered' | 'not_offered';
  readonly close_ledger: 'closed';
  readonly stop_card: 'kept';
  readonly hand_back: 'done' | 'failed';
  readonly take_over: TakeOver | { readonly refusal: string } | 'not_answered';
  /** `failed`: the platform answered with an error, so that its key is used up. */
  readonly record: SettlementResult | 'failed' | 'not_answered';
  readonly find_payment: FindOutcome | 'not_answered';
  /** `failed`: answered with an error, or nothing left; `not_offered`: this route gives nothing back by itself. */
  readonly refund: RefundOutcome | 'failed' | 'not_offered';
}

/** What a hold knows after each kind of call. */
export const learnFrom: { readonly [D in Call['do']]: (call: CallOf<D>, answer: AnswerTo[D], knowledge: Knowledge) => Partial<Knowledge> } = {
  relay: (call, answer) => {
    if (answer === 'failed') return { relay: 'failed' };
    if (answer === 'handed_over') return { relayed: call.entries.map((entry) => entry.id) };
    const left = call.entries.length > answer.handedOver.length + answer.broken.length;
    return { relayed: answer.handedOver, brokenEvents: answer.broken, ...(left ? { relay: 'failed' as const } : {}) };
  },
  read_invoice: (_, answer) => ({ invoice: 'state' in answer ? { status: 'read', ...answer } : { status: 'unavailable', why: answer.unavailable } }),
  read_tokens: (_, answer) => ({ tokens: answer }),
  reserve: ({ n, sendBefore }, answer) => {
    switch (answer.status) {
      case 'reserved': return { reserved: { n, result: 'reserved', sendBefore } };
      case 'busy': return { reserved: { n, result: 'busy', until: answer.until, why: answer.why } };
      case 'stopped': return { reserved: { n, result: 'stopped', stop: answer.stop } };
    }
  },
  check_permission: ({ n, earlier }, answer, knowledge) => {
    if (answer === 'permitted') return { sending: { n, phase: 'permitted' } };
    const facts = { ...knowledge.facts, standstill: answer.refusal };
    // what may have left before under the same key is not closed: only the key keeps a later charge from being the second one
    if (earlier) return { facts, sending: undefined, outcome: { n, outcome: { status: 'unknown', cause: answer.refusal, gatewayRefs: [] }, ledger: 'open', found: 'by_charging', asked: 'in_vain' } };
    return { facts, outcome: { n, outcome: { status: 'absent' }, ledger: 'open', found: 'by_charging' } };
  },
  prepare: ({ attempt: { n } }, answer) => {
    if (answer === 'not_offered') return {};
    if ('chargeRef' in answer) return { prepared: { n, chargeRef: answer.chargeRef } };
    // an object that was made and never confirmed takes no money, and its key makes it only once
    return { outcome: { n, outcome: answer.status === 'unknown' ? { status: 'not_sent', cause: answer.cause } : answer, ledger: 'open', found: 'by_charging' } };
  },
  charge: ({ attempt: { n } }, answer) => (answer.status === 'already_paid'
    ? { alreadyPaid: { n }, sending: undefined, invoice: undefined }
    : { outcome: { n, outcome: answer, ledger: 'open', found: 'by_charging' }, sending: undefined }),
  ask: ({ attempt }, answer) => {
    if (attempt.resolved && (answer === 'not_answered' || answer.status !== 'approved')) return { lookedAgain: { n: attempt.n, found: foundOf(answer) } };
    // what could not be asked stays as it is until the next ask
    if (answer === 'not_answered') return { outcome: { n: attempt.n, outcome: stillOpen(attempt), ledger: 'open', found: 'by_asking', asked: 'in_vain' } };
    return answer.status === 'absent' ? { absent: { n: attempt.n } } : { outcome: { n: attempt.n, outcome: answer, ledger: 'open', found: 'by_asking' } };
  },
  revoke: ({ attempt }, answer) => {
    if (answer === 'not_offered') return { outcome: { n: attempt.n, outcome: { status: 'absent' }, ledger: 'open', found: 'by_asking' } };
    return { outcome: { n: attempt.n, outcome: answer === 'not_answered' ? stillOpen(attempt) : answer, ledger: 'open', found: 'by_asking' }, revokeNext: undefined };
  },
  close_ledger: (_, __, knowledge) => (knowledge.outcome ? { outcome: { ...knowledge.outcome, ledger: 'closed' } } : {}),
  stop_card: () => ({ cardStopped: 'yes' }),
  hand_back: (_, answer) => ({ handBack: answer }),
  take_over: (_, answer, { takeOver }) => {
    const before = takeOver === undefined || takeOver === 'done' ? 'perhaps' as const : takeOver.before;
    if (answer === 'not_answered') return { takeOver: { before, answer: { status: 'not_answered' } } };
    return { takeOver: { before, answer: 'refusal' in answer ? { status: 'refused', why: answer.refusal } : answer } };
  },
  record: (_, answer) => ({ recorded: typeof answer === 'string' ? { status: 'failed', answered: answer === 'failed' ? 'yes' : 'no' } : answer }),
  find_payment: (_, answer) => ({ ourPayment: answer === 'not_answered' ? 'not_answered' : answer.status === 'approved' ? 'stands' : 'not_shown' }),
  refund: ({ refund: { n } }, answer) => ({ refund: typeof answer === 'string' ? { n, status: answer } : { n, ...answer } }),
};

/** Of an attempt that was closed: a decline has taken no money either. */
const foundOf = (answer: Exclude<AnswerTo['ask'], { status: 'approved' }>): NonNullable<Knowledge['lookedAgain']>['found'] => {
  if (answer === 'not_answered') return 'not_answered';
  return answer.status === 'pending' || answer.status === 'unknown' ? 'something' : 'nothing';
};

const stillOpen = (attempt: Attempt) => (attempt.outcome?.status === 'pending'
  ? attempt.outcome
  : { status: 'unknown' as const, cause: 'could not be asked', gatewayRefs: attempt.outcome && 'gatewayRefs' in attempt.outcome ? attempt.outcome.gatewayRefs : [] });
