import { ApiFault } from '../fault.js';

const selectors = ['idempotencyKey', 'invoiceId', 'customerId'] as const;

const refusal = (code: string, message: string) => new ApiFault({ kind: 'invalid_request', code, message, surface: 'envelope' });

/**
 * The idempotency key a status call selects by.
 * @throws ApiFault in the envelope shape unless the query has exactly one selector, and it is one this surface answers
 */
export const selectedKey = (query: URLSearchParams): string => {
  const sent = selectors.flatMap((name) => query.getAll(name).filter((value) => value !== '').map((value) => ({ name, value })));
  const [first, second] = sent;
  if (first === undefined) throw refusal('missing_parameter', `Send one of ${selectors.join(', ')}.`);
  if (second !== undefined) throw refusal('too_many_parameters', `Send only one of ${selectors.join(', ')}, once.`);
  if (first.name !== 'idempotencyKey') throw refusal('missing_parameter', `Selecting by ${first.name} is not offered yet. Send idempotencyKey.`);
  return first.value;
};
