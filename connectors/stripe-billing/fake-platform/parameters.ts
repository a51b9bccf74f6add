import { z } from 'zod';
import type { Form } from '../../../core/connector-kit/testing/index.js';
import { fact } from './fact.js';
import { invalidRequest, type StripeFailure } from './stripe-failure.js';

/** Parameter kinds as Stripe's forms carry them: everything is text on the wire. */
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
export const integer = z.string().regex(/^-?\d+$/).transform(Number);
export const metadata = z.union([z.literal(''), z.record(z.string(), z.string())]);
export const timeRange = z.union([
  integer.transform((at) => ({ gte: at, lte: at })),
  z.strictObject({ gt: integer.optional(), gte: integer.optional(), lt: integer.optional(), lte: integer.optional() }),
]);

export const expandable = { expand: z.array(z.string()).optional() };
export const pageable = {
  ...expandable,
  limit: integer.optional(),
  starting_after: z.string().optional(),
  ending_before: z.string().optional(),
};

export interface Bounds {
  readonly gt?: number | undefined;
  readonly gte?: number | undefined;
  readonly lt?: number | undefined;
  readonly lte?: number | undefined;
}

export const isWithin = (at: number, { gt, gte, lt, lte }: Bounds = {}): boolean =>
  (gt === undefined || at > gt) && (gte === undefined || at >= gte) && (lt === undefined || at < lt) && (lte === undefined || at <= lte);

const nameOf = (path: readonly PropertyKey[]): string => path.map((part, index) => (index === 0 ? String(part) : `[${String(part)}]`)).join('');

const valueAt = (form: Form, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined), form);

const refusalOf = (error: z.ZodError, form: Form): StripeFailure => {
  const issue = error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const name = nameOf([...issue.path, issue.keys[0] ?? '']);
    return invalidRequest({
      fact: fact('request.parameter_unknown'),
      code: 'parameter_unknown',
      param: name,
      message: `Received unknown parameter: ${name}`,
    });
  }
  const name = nameOf(issue?.path ?? []);
  if (valueAt(form, issue?.path ?? []) === undefined) {
    return invalidRequest({
      fact: fact('request.parameter_missing'),
      code: 'parameter_missing',
      param: name,
      message: `Missing required param: ${name}.`,
    });
  }
  return invalidRequest({
    fact: fact('request.parameter_invalid'),
    param: name,
    message: `Invalid ${name}: ${issue?.message ?? 'not understood'}`,
  });
};

/** Reads a request's parameters; throws Stripe's refusal naming the first parameter that does not fit. */
export const readParameters = <T>(schema: z.ZodType<T>, form: Form): T => {
  const result = schema.safeParse(form);
  if (!result.success) throw refusalOf(result.error, form);
  return result.data;
};

/** Merges metadata as Stripe does: an empty value removes a name, an empty string all of them. */
export const mergedMetadata = (
  current: Readonly<Record<string,
  string>> | null,
  change: z.output<typeof metadata>,
): Record<string, string> =>
  change === '' ? {} : Object.fromEntries(Object.entries({ ...current, ...change }).filter(([, value]) => value !== ''));
