import { z } from 'zod';
import { PlatformError, type RefundOutcome, type RefundRequest } from '../../../core/connector-kit/index.js';
import { errorOf, get, post, read, refusalOf, type UnprotectedCall } from './gateway-api.js';

const refundShape = z.looseObject({ id: z.string().min(1) });

/** Looks for the refund that may have been made already, then makes it. */
export const refund = async (request: RefundRequest, context: UnprotectedCall): Promise<RefundOutcome> => {
  const [charge] = request.gatewayRefs;
  if (charge === undefined) throw new PlatformError('A refund without the charge it gives back; nothing was sent.', { code: 'invalid_request', reached: 'no' });
  const { ourReference, key } = request.once;
  const made = read(z.looseObject({ data: z.array(refundShape) }), await get(context, `/v1/refunds?reference=${encodeURIComponent(ourReference)}`));
  const [ours] = made.data;
  if (ours !== undefined) return { status: 'refunded', refundRef: ours.id };
  const answer = await post(context, '/v1/refunds', { charge, amount: request.amount.minor, reference: ourReference }, key);
  if (answer.status === 200) return { status: 'refunded', refundRef: read(refundShape, answer).id };
  const error = errorOf(answer);
  if (error.code === 'invalid_request' || error.code === 'not_found') return { status: 'refused', detail: refusalOf(answer).message };
  throw error;
};
