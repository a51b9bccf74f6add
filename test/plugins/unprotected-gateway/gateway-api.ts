import { z } from 'zod';
import { PlatformError, type CallContext, type PluginIo, type RepeatProtection, type Secret } from '../../../core/connector-kit/index.js';

/** What a merchant enters. */
export interface UnprotectedConfig {
  readonly apiKey: Secret;
  /** What the account is believed to protect. The gateway never says; a merchant who is wrong is charged twice. */
  readonly protection: RepeatProtection['kind'];
  readonly absentIsFinalAfterMs: number;
}

/** A call of the plugin; the session is the io itself. */
export type UnprotectedCall = CallContext<UnprotectedConfig, PluginIo>;

/** The gateway's one host. */
export const HOST = 'api.unprotected.test';

/** An answer of the gateway. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const errorBody = z.looseObject({ error: z.looseObject({ code: z.string(), message: z.string() }) });

/** A charge as the gateway shows it. */
export const chargeShape = z.looseObject({
  id: z.string().min(1),
  object: z.string().nullable(),
  status: z.enum(['succeeded', 'declined']),
  code: z.string().nullable(),
  amount: z.int(),
  currency: z.string(),
});

export type GatewayCharge = z.output<typeof chargeShape>;

/** What a refusal says. */
export const refusalOf = ({ status, body }: Answer): { readonly code: string; readonly message: string } => {
  const read = errorBody.safeParse(body);
  return read.success ? read.data.error : { code: 'unreadable', message: `The gateway answered ${String(status)} without saying why.` };
};

/** The error for an answer that is none to the question asked. */
export const errorOf = (answer: Answer): PlatformError => {
  const { code, message } = refusalOf(answer);
  const said = `The gateway answered ${String(answer.status)}: ${message}`;
  const fail = (as: PlatformError['code']) => new PlatformError(said, { code: as, reached: 'yes' });
  if (answer.status === 401) return fail('refused_key');
  if (answer.status === 403) return fail('missing_permission');
  if (answer.status === 404) return fail('not_found');
  if (answer.status === 429) return fail('rate_limited');
  if (answer.status >= 500) return fail('platform_down');
  // of the refusals below 500 only those the gateway itself worded say that it did not execute the request
  return answer.status >= 400 && code !== 'unreadable' ? fail('invalid_request') : fail('unexpected_answer');
};

/** Reads an answer as this shape, or says that it is none. */
export const read = <Shape extends z.ZodType>(shape: Shape, answer: Answer): z.output<Shape> => {
  const found = answer.status === 200 ? shape.safeParse(answer.body) : undefined;
  if (found?.success === true) return found.data;
  throw found === undefined ? errorOf(answer) : new PlatformError('The gateway answered 200 with something else.', { code: 'unexpected_answer', reached: 'yes' });
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const ask = async (context: UnprotectedCall, method: 'GET' | 'POST', path: string, body?: object, key?: string): Promise<Answer> => {
  const answer = await context.session.fetch(`https://${HOST}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${context.connection.config.apiKey.reveal()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: jsonOf(await answer.text()) };
};

/** Asks without changing anything. */
export const get = (context: UnprotectedCall, path: string): Promise<Answer> => ask(context, 'GET', path);

/** Tells the gateway to do something; under the core's key only where the account is believed to keep keys. */
export const post = (context: UnprotectedCall, path: string, body: object, key: string): Promise<Answer> =>
  ask(context, 'POST', path, body, context.connection.config.protection === 'key' ? key : undefined);
