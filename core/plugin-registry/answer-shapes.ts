import { z } from 'zod';

/**
 * What the contract's answers must look like. The compiler checks plugins written in TypeScript; these check what arrives, because money follows from it
 * and a plugin may be plain JavaScript, or pass on something a platform sent. Members beyond these pass.
 */

const text = z.string().min(1);
const money = z.looseObject({ minor: z.int(), currency: z.string().regex(/^[A-Z]{3}$/) });
const refs = z.array(text);
const someRefs = refs.min(1);
const date = z.date();
const milliseconds = z.number().nonnegative();

const token = z.looseObject({ gatewayType: text, gatewayAccountRef: z.string(), methodRef: text });
const decline = z.looseObject({ system: text, code: z.string(), reachedNetwork: z.union([z.boolean(), z.literal('unknown')]) });
const invoice = z.looseObject({ ref: text });
const payment = z.looseObject({
  ref: text,
  gatewayRefs: refs,
  state: z.enum(['succeeded', 'in_progress', 'failed']),
  amount: money,
  at: date,
});

const outcomes = [
  z.looseObject({ status: z.literal('approved'), gatewayRefs: someRefs, amount: money, provisional: z.boolean(), token: token.optional() }),
  z.looseObject({ status: z.literal('declined'), decline, gatewayRefs: refs }),
  z.looseObject({ status: z.literal('pending'), gatewayRefs: someRefs }),
  z.looseObject({ status: z.literal('not_sent'), cause: z.string(), retryAfterMs: milliseconds.optional() }),
  z.looseObject({ status: z.literal('unknown'), cause: z.string(), gatewayRefs: refs }),
] as const;

/** `charge`. */
export const chargeOutcome = z.discriminatedUnion('status', outcomes);

/** `find` and `collection.findCollection`. */
export const findOutcome = z.discriminatedUnion('status', [...outcomes, z.looseObject({ status: z.literal('absent') })]);

/** `collection.collectNow`. */
export const collectOutcome = z.discriminatedUnion('status', [...outcomes, z.looseObject({ status: z.literal('already_paid') })]);

/** `revoke`. */
export const revokeOutcome = z.discriminatedUnion('status', [...outcomes, z.looseObject({ status: z.literal('revoked') })]);

/** `prepare`. */
export const prepared = z.looseObject({ chargeRef: text });

/** `refund`. */
export const refundOutcome = z.discriminatedUnion('status', [
  z.looseObject({ status: z.enum(['refunded', 'voided', 'pending']), refundRef: text }),
  z.looseObject({ status: z.literal('refused'), detail: z.string() }),
  z.looseObject({ status: z.literal('unknown'), cause: z.string() }),
]);

/** `settlement.record` and `settlement.reverse`. */
export const settlementResult = z.discriminatedUnion('status', [
  z.looseObject({ status: z.enum(['recorded', 'already_recorded']), platformPaymentRef: text.optional() }),
  z.looseObject({ status: z.literal('paid_by_other'), payment }),
  z.looseObject({
    status: z.literal('refused'),
    reason: z.enum(['invoice_voided', 'amount_mismatch', 'paid_unexplained', 'not_allowed']),
    detail: z.string(),
  }),
]);

/** `invoices.read`. */
export const invoiceState = z.looseObject({
  state: z.enum(['open', 'paid', 'voided', 'written_off', 'not_found']),
  due: money,
  payments: z.array(payment),
  paymentsComplete: z.boolean(),
  nextPlatformAttemptAt: date.optional(),
  collectBefore: date.optional(),
});

/** `paymentMethods.list`. */
export const tokenList = z.discriminatedUnion('found', [
  z.looseObject({ found: z.literal(true), tokens: z.array(token).min(1) }),
  z.looseObject({
    found: z.literal(false),
    reason: z.enum(['no_payment_source', 'unsupported_gateway', 'insufficient_permissions', 'mode_mismatch']),
    detail: z.string(),
  }),
]);

/** `dunning.takeOver`. */
export const takeOver = z.discriminatedUnion('status', [
  z.looseObject({ status: z.literal('taken'), until: date.optional() }),
  z.looseObject({ status: z.literal('not_possible'), reason: z.string() }),
]);

/** `dunning.handBack`. */
export const handedBack = z.enum(['handed_back', 'nothing_to_do']);

/** `checkHealth` and `setup.ensure`. */
export const healthReport = z.looseObject({
  findings: z.array(
    z.looseObject({
      code: z.enum(['wrong_key', 'missing_permission', 'wrong_mode', 'platform_down', 'webhook_missing', 'platform_retries_on']),
      message: z.string(),
      fix: z.string(),
    }),
  ),
  facts: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
});

/** `webhook.verify`. */
export const verdict = z.discriminatedUnion('genuine', [
  z.looseObject({ genuine: z.literal(true), deliveryId: text, alsoKnownAs: text.optional() }),
  z.looseObject({
    genuine: z.literal(false),
    reason: z.enum(['missing_proof', 'wrong_proof', 'too_old']),
    challenge: z.string().optional(),
  }),
  z.looseObject({ genuine: z.literal('handshake'), reply: z.looseObject({ contentType: text, body: z.string() }) }),
]);

const subject = z.union([
  z.looseObject({ invoiceRef: text }),
  z.looseObject({ subscriptionRef: text }),
  z.looseObject({ customerRef: text }),
]);
const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.looseObject({ type: z.literal(type), occurredAt: date, version: z.string().optional(), ...shape });

const events = [
  event('payment_failed', {
    invoice,
    amount: money,
    decline,
    token: token.optional(),
    platformAttempt: z.int().positive().optional(),
    nextPlatformAttemptAt: date.optional(),
    platformIsDone: z.literal(true).optional(),
    gatewayRefs: refs,
  }),
  event('invoice_paid', { invoice, payment: payment.optional() }),
  event('invoice_closed', { invoice, reason: z.enum(['voided', 'written_off', 'deleted']) }),
  event('payment_pending', { invoice, gatewayRefs: refs }),
  event('payment_reversed', { subject, gatewayRefs: refs, why: z.enum(['refund', 'dispute', 'late_failure']), amount: money, soFar: z.literal(true).optional() }),
  event('payment_method_updated', { subject, token: token.optional() }),
  event('consent_revoked', { subject, methodRef: text }),
  event('subscription_ended', { subject, reason: z.enum(['cancelled', 'expired', 'platform_gave_up']) }),
  event('connection_revoked', {}),
  event('ignored', { platformType: z.string() }),
] as const;

const pointer = event('pointer', { kind: text, refs: z.record(z.string(), z.string()) });
const unresolved = z.looseObject({
  type: z.literal('unresolved'),
  reason: z.enum(['ambiguous_invoice', 'no_payment_source', 'insufficient_permissions', 'mode_mismatch', 'forged', 'gone']),
  detail: z.string(),
});

/** `webhook.parse`. */
export const found = z.array(z.discriminatedUnion('type', [...events, pointer]));

/** `understand`. */
export const understood = z.array(z.discriminatedUnion('type', [...events, unresolved]));

/** `failures.list`. */
export const failurePage = z.looseObject({ found, next: text.optional() });

/** `setup.remove`. */
export const nothing = z.undefined();
