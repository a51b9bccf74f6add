import Chargebee from 'chargebee';
import type { z } from 'zod';
import { PlatformError, type CallContext, type PluginIo } from '../../core/connector-kit/index.js';
import type { ConnectorConfig } from './config.js';
import { answerOrError } from './read-answer.js';
import { toPlatformError } from './to-platform-error.js';

/** A call of the connector: its configuration, and the SDK's client as session. */
export type ChargebeeCall = CallContext<ConnectorConfig, Chargebee>;

export type RequestHeaders = Readonly<Record<string, string>>;

/**
 * The SDK over `io.fetch`, without retries and telemetry. Its own client covers only the time until the headers, so that a stalled body hangs
 * for ever, follows redirects with the key, and turns pages that are not JSON into status 500: `answerOrError` reads the answer before the SDK
 * sees it.
 */
export const openChargebee = ({ site, apiKey }: ConnectorConfig, io: PluginIo): Chargebee =>
  new Chargebee({
    site,
    apiKey: apiKey.reveal(),
    sdkTelemetryEnabled: false,
    retryConfig: { enabled: false },
    httpClient: {
      makeApiRequest: async (request: Request) => {
        const body = request.method === 'GET' ? {} : { body: await request.text() };
        const answer = await io.fetch(request.url, { method: request.method, headers: request.headers, redirect: 'manual', ...body });
        return answerOrError(answer);
      },
    },
  });

/** A question, or a write that names the state to reach: every failure becomes a {@link PlatformError}. */
export const ask = async <T>(context: ChargebeeCall, shape: z.ZodType<T>, send: (session: Chargebee) => Promise<unknown>): Promise<T> => {
  try {
    return await tell(context, shape, send);
  } catch (thrown) {
    throw toPlatformError(thrown);
  }
};

/** A request that may move money: a refusal of Chargebee's is passed on as the SDK gives it, because a decline is an answer and not a fault. */
export const tell = async <T>(context: ChargebeeCall, shape: z.ZodType<T>, send: (session: Chargebee) => Promise<unknown>): Promise<T> => {
  const answer = await untilAborted(send(context.session), context.signal);
  const parsed = shape.safeParse(answer);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const difference = first === undefined ? 'unknown difference' : `${first.path.join('.') || 'body'}: ${first.message}`;
  throw new PlatformError(`Chargebee's answer is not the expected object: ${difference}.`, { code: 'unexpected_answer', reached: 'unknown' });
};

/** The SDK takes no signal: the core's deadline ends the wait whatever the SDK does. */
const untilAborted = async <T>(answer: Promise<T>, signal: AbortSignal): Promise<T> => {
  let leave = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(new PlatformError('The deadline passed before Chargebee answered.', { code: 'platform_down', reached: 'unknown' }));
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
  answer.catch(() => {});
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
};
