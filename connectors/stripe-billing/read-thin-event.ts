import type { z } from 'zod';
import type { Found } from '../../core/connector-kit/index.js';
import type { thinEventShape } from './shapes.js';

/** The types of related objects that `understand` can look up, by Stripe's name for them. */
const KINDS: Readonly<Record<string, string>> = {
  invoice: 'invoice',
  subscription: 'subscription',
  payment_method: 'payment_method',
  customer: 'customer',
  charge: 'refund',
  dispute: 'dispute',
};

const WANTED = new Set([
  'invoice.payment_failed',
  'invoice.payment_action_required',
  'invoice.paid',
  'invoice.payment_succeeded',
  'invoice.voided',
  'invoice.marked_uncollectible',
  'payment_method.attached',
  'payment_method.updated',
  'payment_method.automatically_updated',
  'customer.updated',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'charge.refunded',
  'charge.dispute.closed',
]);

/** A thin event of a type we know the twin of (`v1.invoice.paid`) says where to look; it never says what is there. */
export const readThinEvent = (event: z.output<typeof thinEventShape>): Found => {
  const occurredAt = new Date(event.created);
  const related = event.related_object;
  const kind = related ? KINDS[related.type] : undefined;
  if (!related || kind === undefined || !WANTED.has(event.type.replace(/^v1\./, '')))
    return [{ type: 'ignored', platformType: event.type, occurredAt }];
  return [{ type: 'pointer', kind, refs: { [kind === 'refund' ? 'charge' : kind]: related.id }, occurredAt }];
};
