import { fact } from './fact.js';
import { refusal } from './recurly-failure.js';
import type { Rendered } from './render.js';
import type { Call } from './route.js';

interface Listed {
  readonly id: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface PageOrder {
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  readonly sort: 'created_at' | 'updated_at';
  readonly begin_time?: Date | undefined;
  readonly end_time?: Date | undefined;
  readonly cursor?: string | undefined;
  readonly ids?: readonly string[] | undefined;
}

const nextOf = ({ path, query }: Call, lastId: string): string => {
  const next = new URLSearchParams(query);
  next.set('cursor', Buffer.from(lastId).toString('base64url'));
  return `${path}?${next.toString()}`;
};

/** A page, and the address of the next, which is opaque: fact('list.pages') */
export const pageOf = <Thing extends Listed>(all: readonly Thing[], order: PageOrder, call: Call, render: (one: Thing) => Rendered): object => {
  const at = (thing: Thing): Date => (order.sort === 'created_at' ? thing.createdAt : thing.updatedAt);
  if (order.ids !== undefined) {
    const asked = order.ids;
    return { object: 'list', has_more: false, next: null, data: all.filter(({ id }) => asked.includes(id)).map(render) };
  }
  const within = all.filter((one) => (order.begin_time === undefined || at(one) >= order.begin_time) && (order.end_time === undefined || at(one) <= order.end_time));
  const ascending = within.map((one, index) => ({ one, index })).sort((a, b) => at(a.one).getTime() - at(b.one).getTime() || a.index - b.index).map(({ one }) => one);
  const sorted = order.order === 'asc' ? ascending : ascending.toReversed();
  const last = order.cursor === undefined ? undefined : Buffer.from(order.cursor, 'base64url').toString('utf8');
  const from = last === undefined ? 0 : sorted.findIndex(({ id }) => id === last) + 1;
  if (last !== undefined && from === 0) {
    throw refusal({ fact: fact('list.pages'), status: 400, type: 'bad_request', param: 'cursor', message: 'cursor is invalid' });
  }
  const data = sorted.slice(from, from + order.limit);
  const more = from + order.limit < sorted.length;
  const lastId = data.at(-1)?.id ?? '';
  return { object: 'list', has_more: more, next: more ? nextOf(call, lastId) : null, data: data.map(render) };
};
