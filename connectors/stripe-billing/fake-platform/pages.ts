import { fact } from './fact.js';
import { invalidRequest } from './stripe-failure.js';

export interface Page {
  readonly limit?: number | undefined;
  readonly starting_after?: string | undefined;
  readonly ending_before?: string | undefined;
}

const positionOf = (items: readonly { readonly id: string }[], id: string, param: string): number => {
  const index = items.findIndex((item) => item.id === id);
  if (index < 0) throw invalidRequest({
    fact: fact('request.resource_missing'),
    code: 'resource_missing',
    message: `No such object: '${id}'`,
    param,
  });
  return index;
};

/** One page of a list, newest first: fact('list.pages') */
export const pageOf = (url: string, newestFirst: readonly { readonly id: string }[], page: Page): object => {
  const limit = page.limit ?? 10;
  if (limit < 1 || limit > 100) {
    throw invalidRequest({
      fact: fact('list.pages'),
      code: 'parameter_invalid_integer',
      param: 'limit',
      message: 'This value must be greater than or equal to 1 and less than or equal to 100.',
    });
  }
  if (page.ending_before !== undefined) {
    const end = positionOf(newestFirst, page.ending_before, 'ending_before');
    const start = Math.max(0, end - limit);
    return { object: 'list', data: newestFirst.slice(start, end), has_more: start > 0, url };
  }
  const start = page.starting_after === undefined ? 0 : positionOf(newestFirst, page.starting_after, 'starting_after') + 1;
  return { object: 'list', data: newestFirst.slice(start, start + limit), has_more: newestFirst.length > start + limit, url };
};
