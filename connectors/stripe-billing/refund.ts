import { PlatformError, type RefundOutcome, type RefundRequest } from '../../core/connector-kit/index.js';
import { toStripeAmount } from './amounts.js';
import { ask, tell, type StripeCall } from './platform-api.js';
import { pageOf, refundShape, type StripeRefund } from './shapes.js';
import { toPlatformError } from './to-platform-error.js';

const REFERENCE = 'recovery_hub_refund';

/** Looks for the refund we may already have made, then makes it. Repeatable for ever, also long after Stripe has forgotten the key. */
export const refund = async (request: RefundRequest, context: StripeCall): Promise<RefundOutcome> => {
  const payment = refundable(request);
  const { amount } = toStripeAmount(request.amount);
  const made = await ask(context, pageOf(refundShape), (options) => context.session.refunds.list({ ...payment, limit: 100 }, options));
  const ours = made.data.find((each) => each.metadata?.[REFERENCE] === request.once.ourReference);
  if (ours !== undefined) return outcomeOf(ours);
  try {
    return outcomeOf(
      await tell(context, refundShape, (options) =>
        context.session.refunds.create(
          {
            ...payment,
            amount,
            ...(request.why === 'duplicate' ? { reason: 'duplicate' as const } : {}),
            metadata: { [REFERENCE]: request.once.ourReference },
          },
          { ...options, idempotencyKey: request.once.key },
        ),
      ),
    );
  } catch (thrown) {
    const error = toPlatformError(thrown);
    if (error.code === 'invalid_request') return { status: 'refused', detail: error.message };
    if (error.reached !== 'unknown') throw error;
    return { status: 'unknown', cause: error.message };
  }
};

const refundable = ({ gatewayRefs }: RefundRequest): { readonly payment_intent: string } | { readonly charge: string } => {
  const intent = gatewayRefs.find((ref) => ref.startsWith('pi_'));
  if (intent !== undefined) return { payment_intent: intent };
  const charge = gatewayRefs.find((ref) => /^(ch|py)_/.test(ref));
  if (charge !== undefined) return { charge };
  throw new PlatformError('Neither a PaymentIntent (pi_…) nor a charge (ch_…, py_…) is named, so nothing can be refunded.', {
    code: 'invalid_request',
    reached: 'no',
  });
};

const outcomeOf = (made: StripeRefund): RefundOutcome => {
  switch (made.status ?? 'pending') {
    case 'succeeded':
      return { status: 'refunded', refundRef: made.id };
    case 'failed':
    case 'canceled':
      return {
        status: 'refused',
        detail: `The refund ${made.id} ${made.status}${made.failure_reason ? ` (${made.failure_reason})` : ''}.`,
      };
    default:
      return { status: 'pending', refundRef: made.id };
  }
};
