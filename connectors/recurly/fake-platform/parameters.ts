import { z } from 'zod';
import { fact } from './fact.js';
import { refusal } from './recurly-failure.js';
import type { Switches } from './switches.js';

export const text = (longest: number) => z.string().max(longest);
export const amount = z.number().positive();
export const instant = z.iso.datetime({ offset: true }).transform((written) => new Date(written));
const wholeNumber = (minimum: number, maximum: number) =>
  z.string().regex(/^\d+$/, 'must be an integer').transform(Number).pipe(z.int().min(minimum).max(maximum));

/** Nothing may be told. */
export const nothing = z.strictObject({});

/** fact('list.pages') */
export const page = {
  limit: wholeNumber(1, 200).default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
  sort: z.enum(['created_at', 'updated_at']).default('created_at'),
  begin_time: instant.optional(),
  end_time: instant.optional(),
  cursor: z.string().optional(),
  ids: z.string().transform((written) => written.split(',')).optional(),
} as const;

const jsonOf = (body: string): unknown => {
  try {
    return body === '' ? {} : (JSON.parse(body) as unknown);
  } catch {
    throw refusal({ fact: fact('request.malformed_json'), status: 400, type: 'bad_request', message: 'The request body is not valid JSON.' });
  }
};

/** The parameters of a request, before any schema. */
export const givenOf = (method: string, query: URLSearchParams, body: string): unknown =>
  (method === 'GET' || method === 'DELETE' ? Object.fromEntries(query) : jsonOf(body));

const without = (given: unknown, { path, keys }: z.core.$ZodIssueUnrecognizedKeys): unknown => {
  const copy: unknown = structuredClone(given);
  const owner = path.reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined), copy);
  if (typeof owner === 'object' && owner !== null) for (const key of keys) Reflect.deleteProperty(owner, key);
  return copy;
};

/** fact('request.parameter_wrong') fact('request.parameter_unknown') */
export const readParameters = <P>(schema: z.ZodType<P>, given: unknown, switches: Switches): P => {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const wrong = read.error.issues.find(({ code }) => code !== 'unrecognized_keys');
  if (wrong !== undefined) {
    const param = wrong.path.map(String).join('.') || 'base';
    throw refusal({ fact: fact('request.parameter_wrong'), status: 422, type: 'validation', param, message: `${param} ${wrong.message}` });
  }
  const unknown = read.error.issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknown !== undefined && switches.unknownParameters === 'ignored') return readParameters(schema, without(given, unknown), switches);
  const param = unknown?.keys[0] ?? 'base';
  throw refusal({ fact: fact('request.parameter_unknown'), status: 400, type: 'bad_request', param, message: `${param} is an unpermitted parameter.` });
};
