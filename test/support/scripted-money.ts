import {
  PlatformError, type ChargeOutcome, type FindOutcome, type InvoiceState, type Money, type PaymentToRecord, type PlatformPayment, type RepeatProtection, type SettlementResult,
} from '../../core/connector-kit/index.js';
import type { CallResult, ConnectorUse, GatewayUse } from '../../core/plugin-registry/index.js';
import type { Clock } from '../../core/scheduling/index.js';

/** What becomes of the next request that would move money. `lost_*`: it arrives, its reply does not. */
export type Reply =
  | 'approve' | 'lost_approved' | 'lost_declined' | 'lost_absent' | 'pending' | 'not_sent' | 'reply_unknown'
  | { readonly decline: string } | { readonly approveOnly: number }
  /** Not sent, and asked to wait so many milliseconds. */
  | { readonly notBeforeMs: number };

/** What becomes of the next refund. `lost`: it is made, its reply does not arrive. */
export type RefundReply = 'refunded' | 'voided' | 'pending' | 'lost' | 'failed' | 'refused';

interface Tried { readonly key: string; readonly at: Date; result: 'approved' | 'declined' | 'pending' | 'absent' | 'returned'; readonly amount: number; readonly code: string }

/** Money on one debt, at a platform and a gateway that answer by script and keep count. They protect nothing by themselves. */
export interface ScriptedMoney {
  /** Replies in order; afterwards everything is approved. */
  readonly replies: Reply[];
  readonly tried: Tried[];
  /** Replies to refunds in order; afterwards they are made. Every request that left, and what was given back, by key. */
  readonly refundReplies: RefundReply[];
  readonly refundRequests: { readonly key: string; readonly at: Date; readonly amount: number; readonly refs: readonly string[]; readonly why: string }[];
  readonly refunded: Map<string, number>;
  /** Requests to move money after a success on the debt, or while another could still succeed; and ones that left too late. */
  readonly faults: string[];
  /** How often the invoice was read, the attempt was asked about. */
  readonly calls: { reads: number; finds: number; lists: number; handBacks: string[]; takeOvers: Date[]; readonly dunning: { readonly way: 'take_over' | 'hand_back'; readonly at: Date; readonly sendBefore: Date }[]; prepares: number; revokes: number; records: number; readonly recordKeys: string[] };
  invoice: { state: InvoiceState['state']; readonly other: PlatformPayment[]; inProgress: 'yes' | 'no'; due: number };
  /** `down`: the platform's reads fail. */
  reads: 'up' | 'down';
  cards: { readonly methodRef: string } | undefined;
  /** `no`: the platform collects a paid invoice again, as none does, so that nothing but the hub keeps it from being paid twice. */
  refusesPaid: 'yes' | 'no';
  dunning: 'up' | 'down';
  /** `lost`: it is done, and the reply is not heard. */
  takeOver: 'taken' | 'not_possible' | 'lost' | 'down';
  /** Whether the platform's own retries run. */
  retries: 'on' | 'off';
  /** What becomes of the next payments that are recorded, in order; afterwards each is taken. `lost`: taken, and the reply is not heard. */
  records: ('lost' | 'down' | 'error' | Extract<SettlementResult, { status: 'refused' | 'paid_by_other' }>)[];
  readonly recorded: PaymentToRecord[];
  /** What was taken back on the platform: `<key of the duty>: <why>`. */
  readonly reversed: string[];
  /** Told before the money moves; may throw, as a process ends. */
  onCharge: ((key: string) => Promise<void> | void) | undefined;
  /** Told after it moved and before the reply is handed over. */
  onCharged: ((key: string) => Promise<void> | void) | undefined;
  /** Told once an invoice was read, before the answer is handed over; and when the cards are asked for. */
  onRead: (() => Promise<void> | void) | undefined;
  onList: (() => void) | undefined;
  approved(): readonly string[];
  readonly connector: ConnectorUse;
  readonly gateway: GatewayUse;
}

const notCalled = (): never => { throw new Error('not part of this world'); };
const fine = <T>(value: T): CallResult<T> => ({ ok: true, value });
const failed = <T>(reached: 'no' | 'unknown'): CallResult<T> => ({ ok: false, error: new PlatformError('as the script says', { code: 'platform_down', reached }) });

/** A debt over `due`, on a platform and a gateway. */
export const scriptedMoney = (clock: Clock, due: Money, protection: RepeatProtection = { kind: 'single_use_object', absentIsFinalAfterMs: 300_000 }, route: 'platform' | 'gateway' = 'platform'): ScriptedMoney => {
  const revoked = new Set<string>();
  const succeeded = () => money.tried.filter((one) => one.result === 'approved');
  const amountOf = (minor: number): Money => ({ minor, currency: due.currency });

  const move = async (key: string, asked: Money, sendBefore: Date): Promise<CallResult<ChargeOutcome>> => {
    await money.onCharge?.(key);
    if (clock.wallNow() >= sendBefore) return failed('no');
    const reply = money.replies.shift() ?? 'approve';
    if (reply === 'not_sent') return failed('no');
    if (typeof reply === 'object' && 'notBeforeMs' in reply) return { ok: false, error: new PlatformError('slow down', { code: 'rate_limited', reached: 'no', retryAfterMs: reply.notBeforeMs }) };
    if (succeeded().length > 0) money.faults.push(`${key}: a request after a success`);
    if (money.tried.some((one) => one.key !== key && one.result === 'pending')) money.faults.push(`${key}: a request while another is open`);
    if (revoked.has(key)) return fine({ status: 'not_sent', cause: 'revoked' });
    const put = (result: Tried['result'], amount = asked.minor, code = 'generic_decline') => {
      money.tried.push({ key, at: clock.hubNow(), result, amount, code });
    };
    let answer: CallResult<ChargeOutcome>;
    if (typeof reply === 'object' && 'decline' in reply) {
      put('declined', asked.minor, reply.decline);
      answer = fine(declined(key, reply.decline));
    } else if (typeof reply === 'object') {
      put('approved', reply.approveOnly);
      answer = fine(approved(key, reply.approveOnly));
    } else {
      switch (reply) {
        case 'approve': put('approved'); answer = fine(approved(key, asked.minor)); break;
        case 'pending': put('pending'); answer = fine({ status: 'pending', gatewayRefs: [`ch_${key}`] }); break;
        case 'lost_approved': put('approved'); answer = failed('unknown'); break;
        case 'lost_declined': put('declined'); answer = failed('unknown'); break;
        case 'lost_absent': answer = failed('unknown'); break;
        case 'reply_unknown': answer = fine({ status: 'unknown', cause: 'as the script says', gatewayRefs: [] }); break;
      }
    }
    if (route === 'platform' && succeeded().length > 0 && money.invoice.state === 'open') money.invoice.state = 'paid';
    await money.onCharged?.(key);
    return answer;
  };

  const approved = (key: string, minor: number): Extract<ChargeOutcome, { status: 'approved' }> => ({ status: 'approved', gatewayRefs: [`ch_${key}`], amount: amountOf(minor), provisional: false });
  const declined = (key: string, code: string): ChargeOutcome => ({ status: 'declined', decline: { system: 'test', code, reachedNetwork: true }, gatewayRefs: [`ch_${key}`] });

  const find = (key: string): CallResult<FindOutcome> => {
    money.calls.finds += 1;
    if (money.reads === 'down') return failed('unknown');
    const one = money.tried.findLast((tried) => tried.key === key);
    if (!one || one.result === 'absent') return fine({ status: 'absent' });
    if (one.result === 'pending') return fine({ status: 'pending', gatewayRefs: [`ch_${key}`] });
    return fine(one.result === 'approved' || one.result === 'returned' ? approved(key, one.amount) : declined(key, one.code));
  };

  const read = (): CallResult<InvoiceState> => {
    money.calls.reads += 1;
    if (money.reads === 'down') return failed('unknown');
    const own = succeeded().filter((one) => route === 'platform' || money.recorded.some((payment) => payment.once.ourReference === one.key)).map((one): PlatformPayment => ({ ref: `${route === 'platform' ? 'ch' : 'pay'}_${one.key}`, gatewayRefs: [`ch_${one.key}`], ourReference: one.key, state: 'succeeded', amount: amountOf(one.amount), at: one.at }));
    const running: PlatformPayment[] = money.invoice.inProgress === 'yes' ? [{ ref: 'ch_running', gatewayRefs: [], state: 'in_progress', amount: due, at: clock.hubNow() }] : [];
    return fine({ state: money.invoice.state, due: amountOf(money.invoice.state === 'open' ? money.invoice.due : 0), payments: [...own, ...money.invoice.other, ...running], paymentsComplete: true });
  };

  const money: ScriptedMoney = {
    replies: [], tried: [], faults: [], refundReplies: [], refundRequests: [], refunded: new Map(),
    calls: { reads: 0, finds: 0, lists: 0, handBacks: [], takeOvers: [], dunning: [], prepares: 0, revokes: 0, records: 0, recordKeys: [] },
    invoice: { state: 'open', other: [], inProgress: 'no', due: due.minor },
    reads: 'up', refusesPaid: 'yes', cards: { methodRef: 'pm_1' }, dunning: 'up', takeOver: 'taken', retries: 'on', records: [], recorded: [], reversed: [], onCharge: undefined, onCharged: undefined, onRead: undefined, onList: undefined,
    approved: () => succeeded().map((one) => one.key),
    connector: {
      webhook: { verify: notCalled, provenBefore: notCalled, parse: notCalled, topics: () => [] },
      invoices: {
        read: async () => {
          const answer = read();
          await money.onRead?.();
          return answer;
        },
      },
      paymentMethods: {
        mode: 'readable',
        list: async () => {
          money.calls.lists += 1;
          money.onList?.();
          if (money.reads === 'down') return failed('unknown');
          return fine(money.cards ? { found: true, tokens: [{ gatewayType: 'sample', gatewayAccountRef: 'acct', methodRef: money.cards.methodRef }] } : { found: false, reason: 'no_payment_source', detail: 'none' });
        },
      },
      dunning: {
        mode: 'controllable', neededFor: 'gateway',
        takeOver: async (_invoice, until, time) => {
          if (clock.wallNow() >= time.sendBefore || money.takeOver === 'down') return failed('no');
          if (money.takeOver === 'not_possible') return fine({ status: 'not_possible', reason: 'as the script says' });
          money.calls.takeOvers.push(until);
          money.calls.dunning.push({ way: 'take_over', at: clock.wallNow(), sendBefore: time.sendBefore });
          money.retries = 'off';
          return money.takeOver === 'lost' ? failed('unknown') : fine({ status: 'taken' });
        },
        handBack: async (_invoice, ending, time) => {
          if (clock.wallNow() >= time.sendBefore) return failed('no');
          money.calls.dunning.push({ way: 'hand_back', at: clock.wallNow(), sendBefore: time.sendBefore });
          if (money.dunning === 'down') return failed('unknown');
          money.calls.handBacks.push(`${ending.outcome}:${ending.startDunning}`);
          money.retries = ending.startDunning ? 'on' : 'off';
          return fine('handed_back');
        },
      },
      collection: {
        collectNow: async (request, time) => {
          if (money.invoice.state === 'paid' && (money.refusesPaid === 'yes' || succeeded().length === 0)) {
            if (succeeded().length > 0) money.faults.push(`${request.once.key}: a collection after our own success`);
            return fine({ status: 'already_paid' });
          }
          if (money.invoice.state !== 'open') return fine({ status: 'not_sent', cause: `the invoice is ${money.invoice.state}` });
          return move(request.once.key, request.amount, time.sendBefore);
        },
        findCollection: async (request) => find(request.once.key),
        protection: () => protection,
      },
      settlement: route === 'platform' ? { mode: 'platform_detects' } : {
        mode: 'recorded',
        record: async (payment) => {
          money.calls.records += 1;
          money.calls.recordKeys.push(payment.once.key);
          if (money.recorded.some((one) => one.once.ourReference === payment.once.ourReference)) return fine({ status: 'already_recorded', platformPaymentRef: `pay_${payment.once.ourReference}` });
          const script = money.records.shift();
          if (script === 'down') return failed('no');
          if (script === 'error') return { ok: false, error: new PlatformError('as the script says', { code: 'invalid_request', reached: 'yes' }) };
          if (typeof script === 'object') return fine(script);
          money.recorded.push(payment);
          money.invoice.state = 'paid';
          return script === 'lost' ? failed('unknown') : fine({ status: 'recorded', platformPaymentRef: `pay_${payment.once.ourReference}` });
        },
        reverse: async (_payment, why, once) => {
          const script = money.records.shift();
          if (script === 'down') return failed('no');
          if (typeof script === 'object') return fine(script);
          money.reversed.push(`${once.key}: ${why}`);
          money.recorded.length = 0;
          money.invoice.state = 'open';
          return script === 'lost' ? failed('unknown') : fine({ status: 'recorded' });
        },
      },
      checkHealth: notCalled,
    },
    gateway: {
      readToken: (text) => ({ recognised: true, token: { gatewayType: 'sample', gatewayAccountRef: 'acct', methodRef: text } }),
      accepts: () => true,
      currencies: () => 'any',
      protection: () => protection,
      ...(protection.kind === 'single_use_object' ? {
        prepare: async (request) => { money.calls.prepares += 1; return fine({ chargeRef: `obj_${request.once.key}` }); },
        revoke: async (request) => {
          money.calls.revokes += 1;
          const found = find(request.once.key);
          if (found.ok && found.value.status === 'approved') return fine(found.value);
          revoked.add(request.once.key);
          return fine({ status: 'revoked' as const });
        },
      } satisfies Partial<GatewayUse> : {}),
      charge: async (request, time) => move(request.once.key, request.amount, time.sendBefore),
      find: async (request) => find(request.once.key),
      refund: async ({ once, amount, gatewayRefs, why }, time) => {
        if (clock.wallNow() >= time.sendBefore) return failed('no');
        money.refundRequests.push({ key: once.key, at: clock.wallNow(), amount: amount.minor, refs: gatewayRefs, why });
        const reply = money.refundReplies.shift() ?? 'refunded';
        if (reply === 'failed') return failed('no');
        // it looks for one made under this key first
        if (money.refunded.has(once.key)) return fine({ status: 'refunded', refundRef: `re_${once.key}` });
        if (reply === 'refused') return fine({ status: 'refused', detail: 'as the script says' });
        const paid = money.tried.find((one) => gatewayRefs.includes(`ch_${one.key}`) && one.result === 'approved');
        if (reply !== 'pending' && paid) { paid.result = 'returned'; money.refunded.set(once.key, (money.refunded.get(once.key) ?? 0) + amount.minor); }
        if (reply === 'lost') return failed('unknown');
        return fine({ status: reply, refundRef: `re_${once.key}` });
      },
      checkHealth: notCalled,
    },
  };
  return money;
};
