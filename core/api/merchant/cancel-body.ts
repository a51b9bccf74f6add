import { z } from 'zod';
import { invalid } from '../fault.js';
import { asMembers, readFields, refuseBadText, type Expectations } from './read-fields.js';
import { paymentIdPrefix } from './wire-names.js';

const schema = z.object({
  transactionId: z.string().min(1).max(128).optional(),
  idempotencyKey: z.string().min(1).max(128).optional(),
});

const expectations: Expectations<z.output<typeof schema>> = {
  transactionId: 'a string of 1 to 128 characters',
  idempotencyKey: 'a string of 1 to 128 characters',
};

/** The id of a case as it is stored: its prefix on other surfaces is taken off. */
export const bareTransactionId = (text: string): string => (text.startsWith(paymentIdPrefix) ? text.slice(paymentIdPrefix.length) : text);

/** Which case a body names. @throws ApiFault unless it names exactly one */
export const readCancelBody = (body: unknown): { readonly transactionId: string } | { readonly idempotencyKey: string } => {
  const members = asMembers(body);
  refuseBadText(members);
  const { transactionId, idempotencyKey } = readFields(schema, expectations, members);
  if (transactionId !== undefined && idempotencyKey !== undefined) throw invalid('idempotencyKey', 'idempotencyKey must be left out when transactionId is sent');
  if (transactionId !== undefined) return { transactionId: bareTransactionId(transactionId) };
  if (idempotencyKey !== undefined) return { idempotencyKey };
  throw invalid('transactionId', 'transactionId or idempotencyKey is required');
};
