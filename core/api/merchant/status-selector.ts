import { ApiFault } from '../fault.js';

const selectors = ['idempotencyKey', 'invoiceId', 'customerId'] as const;

const refusal = (code: string, message: string) => new ApiFault({ kind: 'invalid_request', code, message, surface: 'envelope' });

/** What a status call selects by: exactly one, which also picks the surface (specification 6.1, 7.3). */
export type StatusSelector = { readonly idempotencyKey: string } | { readonly invoiceId: string } | { readonly customerId: string };

/** @throws ApiFault in the envelope shape unless the query has exactly one selector */
export const selectorOf = (query: URLSearchParams): StatusSelector => {
  const sent = selectors.flatMap((name) => query.getAll(name).filter((value) => value !== '').map((value) => ({ name, value })));
  const [first, second] = sent;
  if (first === undefined) throw refusal('missing_parameter', `Send one of ${selectors.join(', ')}.`);
  if (second !== undefined) throw refusal('too_many_parameters', `Send only one of ${selectors.join(', ')}, once.`);
  switch (first.name) {
    case 'idempotencyKey': return { idempotencyKey: first.value };
    case 'invoiceId': return { invoiceId: first.value };
    case 'customerId': return { customerId: first.value };
  }
};
