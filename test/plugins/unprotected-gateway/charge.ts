import { z } from 'zod';
import { PlatformError, type ChargeOutcome, type ChargeRequest, type FindOutcome } from '../../../core/connector-kit/index.js';
import { chargeShape, errorOf, get, post, read, refusalOf, type Answer, type GatewayCharge, type UnprotectedCall } from './gateway-api.js';

const orderOf = (request: ChargeRequest) => ({
  amount: request.amount.minor,
  currency: request.amount.currency,
  method: request.token.methodRef,
  reference: request.once.ourReference,
  description: request.description,
});

/** Makes the object that `charge` confirms. Where the account has none the attempt's own key stands for it and nothing is sent. */
export const prepare = async (request: ChargeRequest, context: UnprotectedCall): Promise<{ readonly chargeRef: string }> => {
  if (context.connection.config.protection !== 'single_use_object') return { chargeRef: request.once.key };
  const object = read(z.looseObject({ id: z.string().min(1) }), await post(context, '/v1/objects', orderOf(request), request.once.key));
  return { chargeRef: object.id };
};

/** Charges as the account's protection wants it: the prepared object confirmed, or the order sent, with or without a key. */
export const charge = async (request: ChargeRequest, context: UnprotectedCall): Promise<ChargeOutcome> => {
  const usesObject = context.connection.config.protection === 'single_use_object';
  return outcomeOf(
    usesObject
      ? await post(context, `/v1/objects/${preparedRef(request)}/confirm`, {}, request.once.key)
      : await post(context, '/v1/charges', orderOf(request), request.once.key),
  );
};

/** Searches by our reference; reads only. */
export const find = async (request: ChargeRequest, context: UnprotectedCall): Promise<FindOutcome> => {
  const answer = await get(context, `/v1/charges?reference=${encodeURIComponent(request.once.ourReference)}`);
  const { data } = read(z.looseObject({ data: z.array(chargeShape) }), answer);
  const found = data.find((each) => each.status === 'succeeded') ?? data.at(-1);
  return found === undefined ? { status: 'absent' } : outcomeOfCharge(found);
};

/** Cancels the object, so that a confirmation still under way somewhere fails. An account without objects has nothing to cancel. */
export const revoke = async (request: ChargeRequest, context: UnprotectedCall): Promise<{ readonly status: 'revoked' } | ChargeOutcome> => {
  if (context.connection.config.protection !== 'single_use_object') {
    throw new PlatformError('This account has no objects, so nothing can be revoked.', { code: 'invalid_request', reached: 'no' });
  }
  if (request.chargeRef === undefined) return { status: 'revoked' };
  const answer = await post(context, `/v1/objects/${request.chargeRef}/cancel`, {}, request.once.key);
  if (refusalOf(answer).code === 'object_succeeded') return outcomeOf(answer);
  read(z.looseObject({ state: z.literal('canceled') }), answer);
  return { status: 'revoked' };
};

const preparedRef = ({ chargeRef }: ChargeRequest): string => {
  if (chargeRef !== undefined) return chargeRef;
  throw new PlatformError('charge was called without the chargeRef that prepare returned; nothing was sent.', { code: 'invalid_request', reached: 'no' });
};

const outcomeOf = (answer: Answer): ChargeOutcome => {
  if (answer.status === 200) return outcomeOfCharge(read(chargeShape, answer));
  const shown = z.looseObject({ charge: chargeShape }).safeParse(answer.body).data?.charge;
  const { code } = refusalOf(answer);
  if (answer.status === 402 && shown !== undefined) return outcomeOfCharge(shown);
  if (answer.status === 409) {
    switch (code) {
      case 'object_succeeded':
        if (shown !== undefined) return outcomeOfCharge(shown);
        break;
      case 'object_canceled':
        return { status: 'not_sent', cause: 'The object had been canceled; nothing was charged.' };
      case 'key_in_use':
        return { status: 'unknown', cause: 'The request with this key is still under way.', gatewayRefs: [] };
      default:
        break;
    }
  }
  throw errorOf(answer);
};

const outcomeOfCharge = (found: GatewayCharge): ChargeOutcome => {
  const gatewayRefs: [string, ...string[]] = [found.id, ...(found.object === null ? [] : [found.object])];
  switch (found.status) {
    case 'succeeded':
      return { status: 'approved', gatewayRefs, amount: { minor: found.amount, currency: found.currency }, provisional: false };
    case 'declined':
      return { status: 'declined', decline: { system: 'test', code: found.code ?? 'unknown', reachedNetwork: true }, gatewayRefs };
  }
};
