import { Stripe } from 'stripe';
import {
  PlatformError,
  type ChargeOutcome,
  type ChargeRequest,
  type FindOutcome,
  type RepeatProtection,
} from '../../core/connector-kit/index.js';
import { toStripeAmount } from './amounts.js';
import { outcomeOfError } from './outcome-of-error.js';
import { outcomeOfIntent } from './outcome-of-intent.js';
import { ask, tell, type StripeCall } from './platform-api.js';
import { intentShape, pageOf, paymentMethodShape, type StripeIntent } from './shapes.js';

/** Metadata on every object we make; the second is what `find` and `refund` look for. */
const REFERENCE = 'recovery_hub_reference';
const ATTEMPT = 'recovery_hub_attempt';

/**
 * Makes the PaymentIntent that `charge` confirms. It holds no money and asks nobody for any until then, so one that is left behind is
 * harmless.
 *
 * @throws PlatformError also `invalid_request` if the amount cannot be expressed or the payment method is gone
 */
export const prepare = async (request: ChargeRequest, context: StripeCall): Promise<{ readonly chargeRef: string }> => {
  const customer = await customerOf(request, context);
  const intent = await ask(context, intentShape, (options) =>
    context.session.paymentIntents.create(
      {
        ...toStripeAmount(request.amount),
        ...(customer === undefined ? {} : { customer }),
        payment_method: request.token.methodRef,
        // Without this a method that redirects the customer could ask for a return address at confirmation.
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        description: request.description.slice(0, 500),
        metadata: { [REFERENCE]: request.once.ourReference, [ATTEMPT]: request.once.key },
      },
      { ...options, idempotencyKey: `${request.once.key}-prepare` },
    ),
  );
  return { chargeRef: intent.id };
};

/** A method that belongs to a customer can only be charged in that customer's name. */
const customerOf = async ({ token }: ChargeRequest, context: StripeCall): Promise<string | undefined> => {
  if (token.customerRef !== undefined || !token.methodRef.startsWith('pm_')) return token.customerRef;
  const method = await ask(context, paymentMethodShape, (options) => context.session.paymentMethods.retrieve(token.methodRef, {}, options));
  return method.customer ?? undefined;
};

/** Confirms the prepared PaymentIntent without the customer. It can succeed once, whoever confirms it. */
export const charge = async (request: ChargeRequest, context: StripeCall): Promise<ChargeOutcome> => {
  const chargeRef = preparedRef(request);
  try {
    const intent = await tell(context, intentShape, (options) =>
      context.session.paymentIntents.confirm(
        chargeRef,
        { off_session: true, expand: ['latest_charge'] },
        { ...options, idempotencyKey: request.once.key },
      ),
    );
    if (intent.id !== chargeRef)
      return { status: 'unknown', cause: 'Stripe answered with another PaymentIntent.', gatewayRefs: [chargeRef] };
    return settled(outcomeOfIntent(intent), chargeRef);
  } catch (thrown) {
    const standing = standingOf(thrown);
    return withRef(
      standing === undefined ? await outcomeOfError(thrown, context) : settled(outcomeOfIntent(standing), chargeRef),
      chargeRef,
    );
  }
};

/** Asks, reading only. A PaymentIntent that is still unconfirmed, or was cancelled, took no money. */
export const find = async (request: ChargeRequest, context: StripeCall): Promise<FindOutcome> => {
  const intent = request.chargeRef === undefined ? await findByMetadata(request, context) : await retrieve(request.chargeRef, context);
  if (intent === undefined) return { status: 'absent' };
  const outcome = outcomeOfIntent(intent);
  return outcome.status === 'untried' || outcome.status === 'cancelled' ? { status: 'absent' } : outcome;
};

/**
 * Cancels the PaymentIntent, so that a confirmation still under way somewhere fails. No key of ours: it names the state to reach, and a
 * kept key would replay an old failure.
 */
export const revoke = async (request: ChargeRequest, context: StripeCall): Promise<{ readonly status: 'revoked' } | ChargeOutcome> => {
  const { chargeRef } = request;
  if (chargeRef === undefined) return { status: 'revoked' };
  try {
    const intent = await tell(context, intentShape, (options) =>
      context.session.paymentIntents.cancel(chargeRef, { cancellation_reason: 'abandoned' }, options),
    );
    return revokedOr(intent);
  } catch (thrown) {
    const standing = standingOf(thrown);
    if (standing !== undefined) return revokedOr(standing);
    if (isUnexpectedState(thrown)) {
      const intent = await retrieve(chargeRef, context);
      if (intent !== undefined) return revokedOr(intent);
    }
    return withRef(await outcomeOfError(thrown, context), chargeRef);
  }
};

const revokedOr = (intent: StripeIntent): { readonly status: 'revoked' } | ChargeOutcome => {
  if (intent.status === 'canceled') return { status: 'revoked' };
  const outcome = outcomeOfIntent(intent);
  // It should have been cancelled and was not: as long as it can still be confirmed nothing is revoked.
  return outcome.status === 'untried' || outcome.status === 'cancelled' || outcome.status === 'declined'
    ? { status: 'unknown', cause: `The PaymentIntent is ${intent.status} after it was to be cancelled.`, gatewayRefs: [intent.id] }
    : outcome;
};

/**
 * A PaymentIntent can succeed once. Twice the SDKs' default patience of 80 s, and some; `find` reads the object itself, so no index lags
 * behind.
 */
export const gatewayProtection = (): RepeatProtection => ({ kind: 'single_use_object', absentIsFinalAfterMs: 300_000 });

const settled = (outcome: ReturnType<typeof outcomeOfIntent>, chargeRef: string): ChargeOutcome => {
  if (outcome.status === 'untried')
    return {
      status: 'unknown',
      cause: 'Stripe answered the confirmation with a PaymentIntent that was not tried.',
      gatewayRefs: [chargeRef],
    };
  if (outcome.status === 'cancelled') return { status: 'not_sent', cause: 'The PaymentIntent had been cancelled; nothing was charged.' };
  return outcome;
};

/** An error knows the charge at most; the PaymentIntent is ours to add. */
const withRef = (outcome: ChargeOutcome, chargeRef: string): ChargeOutcome =>
  (outcome.status === 'unknown' || outcome.status === 'declined') && !outcome.gatewayRefs.includes(chargeRef)
    ? { ...outcome, gatewayRefs: [chargeRef, ...outcome.gatewayRefs] }
    : outcome;

const isUnexpectedState = (thrown: unknown): thrown is InstanceType<typeof Stripe.errors.StripeInvalidRequestError> =>
  thrown instanceof Stripe.errors.StripeInvalidRequestError && thrown.code === 'payment_intent_unexpected_state';

/** A refusal because of the object's state shows the object. */
const standingOf = (thrown: unknown): StripeIntent | undefined =>
  isUnexpectedState(thrown) ? intentShape.safeParse(thrown.payment_intent).data : undefined;

const preparedRef = ({ chargeRef }: ChargeRequest): string => {
  if (chargeRef !== undefined) return chargeRef;
  throw new PlatformError('charge was called without the chargeRef that prepare returned; nothing was sent.', {
    code: 'invalid_request',
    reached: 'no',
  });
};

const retrieve = async (chargeRef: string, context: StripeCall): Promise<StripeIntent | undefined> => {
  try {
    return await ask(context, intentShape, (options) =>
      context.session.paymentIntents.retrieve(chargeRef, { expand: ['latest_charge'] }, options),
    );
  } catch (thrown) {
    if (thrown instanceof PlatformError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
};

const DAY_S = 86_400;

/** Never by Stripe's search, which may lag an hour; the list of a customer's PaymentIntents is read after write. */
const findByMetadata = async (request: ChargeRequest, context: StripeCall): Promise<StripeIntent | undefined> => {
  const customer = await customerOf(request, context);
  const since = Math.floor(request.once.firstTriedAt.getTime() / 1000) - DAY_S;
  const params = { ...(customer === undefined ? {} : { customer }), created: { gte: since }, limit: 100, expand: ['data.latest_charge'] };
  const page = await ask(context, pageOf(intentShape), (options) => context.session.paymentIntents.list(params, options));
  const found = page.data.find((intent) => intent.metadata?.[ATTEMPT] === request.once.key);
  if (found === undefined && page.has_more) {
    throw new PlatformError('More PaymentIntents were made since the attempt than one page lists; none of the newest is ours.', {
      code: 'unexpected_answer',
      reached: 'yes',
    });
  }
  return found;
};
