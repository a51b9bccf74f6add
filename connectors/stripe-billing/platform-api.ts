import { Stripe } from 'stripe';
import type { z } from 'zod';
import { PlatformError, type CallContext, type PluginIo } from '../../core/connector-kit/index.js';
import type { ConnectorConfig, WithApiKey } from './config.js';
import { toPlatformError } from './to-platform-error.js';

export const API_VERSION = '2026-10-28.endive';

/** What a call of ours needs from the core: any configuration of this folder, the SDK client as session. */
export type StripeCall = CallContext<WithApiKey, Stripe>;

/** A call of the connector, which may look at its whole configuration. */
export type ConnectorCall = CallContext<ConnectorConfig, Stripe>;

/**
 * The SDK over `io.fetch`. The node client would do as well for the bytes, but it reports a reset connection with a code after which the
 * SDK sends the same request again even with retries switched off, and its timeout restarts with every byte. Over fetch the timeout covers
 * the whole exchange and the error that `io` raises, which knows whether bytes left, arrives unchanged in `detail`.
 */
export const openStripe = (config: WithApiKey, io: PluginIo): Stripe =>
  new Stripe(config.apiKey.reveal(), {
    apiVersion: API_VERSION,
    httpClient: Stripe.createFetchHttpClient(io.fetch),
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: 30_000,
    appInfo: { name: 'recovery-hub' },
  });

/** The SDK gives up this much before the core does, so that its own error (which says more) is the one that is seen. */
const MARGIN_MS = 200;

type Send = (options: Stripe.RequestOptions) => Promise<unknown>;

/** A question: every failure becomes a {@link PlatformError}. */
export const ask = async <T>(context: StripeCall, shape: z.ZodType<T>, send: Send): Promise<T> => {
  try {
    return await tell(context, shape, send);
  } catch (thrown) {
    throw toPlatformError(thrown);
  }
};

/** A request that may move money: what the SDK throws is passed on, because a decline is an answer and not a fault. */
export const tell = async <T>(context: StripeCall, shape: z.ZodType<T>, send: Send): Promise<T> => {
  const timeout = context.deadline.getTime() - Date.now() - MARGIN_MS;
  if (context.signal.aborted || timeout <= 0) {
    throw new PlatformError('The deadline had passed before the request was made.', { code: 'platform_down', reached: 'no' });
  }
  const answer = await untilAborted(send({ timeout: Math.ceil(timeout), maxNetworkRetries: 0 }), context.signal);
  const status = statusOf(answer);
  if (status !== 200) {
    throw new PlatformError(`Stripe answered ${status ?? 'without a status'} with a body that is not a Stripe error.`, {
      code: 'unexpected_answer',
      reached: 'unknown',
    });
  }
  const parsed = shape.safeParse(answer);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const difference = first === undefined ? 'unknown difference' : `${first.path.join('.') || 'body'}: ${first.message}`;
  throw new PlatformError(`Stripe's answer is not the expected object: ${difference}.`, { code: 'unexpected_answer', reached: 'unknown' });
};

/**
 * The SDK takes no signal, and a fetch that ignores its own would hold the caller: the core's deadline ends the wait whatever the SDK does.
 */
const untilAborted = async <T>(answer: Promise<T>, signal: AbortSignal): Promise<T> => {
  let leave = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(new PlatformError('The deadline passed before Stripe answered.', { code: 'platform_down', reached: 'unknown' }));
    signal.addEventListener('abort', leave, { once: true });
  });
  answer.catch(() => {});
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
};

/** A proxy's maintenance page resolves in the SDK like a success, whatever its status, as long as it is JSON without an `error` member. */
const statusOf = (answer: unknown): number | undefined => {
  if (typeof answer !== 'object' || answer === null || !('lastResponse' in answer)) return undefined;
  const { lastResponse } = answer;
  if (typeof lastResponse !== 'object' || lastResponse === null || !('statusCode' in lastResponse)) return undefined;
  return typeof lastResponse.statusCode === 'number' ? lastResponse.statusCode : undefined;
};
