import { z } from 'zod';
import { refusal } from './chargebee-failure.js';
import { fact } from './fact.js';
import { integer, text } from './parameters.js';

const words = z.string().regex(/^\[.*\]$/s, 'should be a list').transform((list) =>
  list.slice(1, -1).split(',').map((word) => word.trim().replace(/^"(.*)"$/, '$1')).filter((word) => word !== ''));

const one = z.string().min(1);
const instant = z.string().regex(/^\d{10}$/, 'should be a time in seconds').transform(Number);

export const wordFilter = z.strictObject({
  is: one.optional(), is_not: one.optional(), starts_with: one.optional(), in: words.optional(), not_in: words.optional(),
}).optional();

export const timeFilter = z.strictObject({ after: instant.optional(), before: instant.optional(), on: instant.optional() }).optional();

/** fact('list.pages') */
export const page = { limit: integer(1, 100).default(10), offset: text(1000).optional() };

export const sortBy = (field: string) =>
  z.strictObject({ asc: z.literal(field).optional(), desc: z.literal(field).optional() }).optional();

type WordFilter = z.output<typeof wordFilter>;
type TimeFilter = z.output<typeof timeFilter>;

export const passesWord = (filter: WordFilter, value: string | undefined): boolean => {
  if (filter === undefined) return true;
  const found = value ?? '';
  if (filter.is !== undefined && found !== filter.is) return false;
  if (filter.is_not !== undefined && found === filter.is_not) return false;
  if (filter.starts_with !== undefined && !found.startsWith(filter.starts_with)) return false;
  if (filter.in !== undefined && !filter.in.includes(found)) return false;
  return filter.not_in === undefined || !filter.not_in.includes(found);
};

export const passesTime = (filter: TimeFilter, seconds: number): boolean => {
  if (filter === undefined) return true;
  if (filter.after !== undefined && seconds <= filter.after) return false;
  return filter.before === undefined || seconds < filter.before;
};

export interface PageOrder {
  readonly limit: number;
  readonly offset?: string | undefined;
}

/** `offset` is opaque: where the page begins, written so that nobody counts on it. */
export const pageOf = <T extends object>(all: readonly T[], { limit, offset }: PageOrder, wrap: (one: T) => object): object => {
  const from = offset === undefined ? 0 : Number(/^\["(\d+)"\]$/.exec(offset)?.[1] ?? Number.NaN);
  if (Number.isNaN(from)) throw refusal({ fact: fact('list.pages'), status: 400, code: 'param_wrong_value', param: 'offset', message: 'offset : is invalid' });
  const list = all.slice(from, from + limit).map(wrap);
  return { list, ...(from + limit < all.length ? { next_offset: `["${from + limit}"]` } : {}) };
};
