import type { z } from 'zod';
import { ApiFault, invalid } from '../fault.js';
import { findBadText } from './card-numbers.js';

/** What each member must be, in words that follow "<member> must be". */
export type Expectations<T> = Readonly<Record<keyof T & string, string>>;

const shown = (param: string): string => (param.length > 100 ? `${param.slice(0, 100)}…` : param);

/**
 * Refuses what may stand in no member of any body: card numbers and broken text.
 * @throws ApiFault naming the member, never the value
 */
export const refuseBadText = (body: unknown): void => {
  const bad = findBadText(body);
  if (bad === undefined) return;
  const param = shown(bad.param);
  throw bad.problem === 'card_number'
    ? invalid(param, `${param} looks like a card number. Send the gateway's token; card numbers are never accepted.`)
    : invalid(param, `${param} must be well-formed Unicode text`);
};

/**
 * The body as an object of named members.
 * @throws ApiFault 400 for arrays, texts, numbers and null
 */
export const asMembers = (body: unknown): Readonly<Record<string, unknown>> => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ApiFault({ kind: 'invalid_request', message: 'The body must be a JSON object.' });
  }
  return body as Record<string, unknown>;
};

/**
 * Reads the members a schema names; others are ignored.
 * @throws ApiFault for the first member, in the schema's order, that is not what it must be
 */
export const readFields = <T extends object>(schema: z.ZodType<T>, expectations: Expectations<T>, members: Readonly<Record<string, unknown>>): T => {
  const read = schema.safeParse(members);
  if (read.success) return read.data;
  const param = String(read.error.issues[0]?.path[0] ?? '');
  throw invalid(param, `${param} must be ${(expectations as Readonly<Record<string, string>>)[param] ?? 'something else'}`);
};
