import type { Found } from '../../core/connector-kit/index.js';
import { ask, type StripeCall } from './platform-api.js';
import { readEvent } from './read-event.js';
import { eventShape, invoiceShape, pageOf, toDate } from './shapes.js';

/** Events can be listed for 30 days; a day is left for clocks that differ. */
const EVENTS_KEPT_MS = 29 * 86_400_000;

/**
 * The failures since a moment: from Stripe's own event list, which also knows what no webhook delivered; further back, every open invoice
 * on which a charge was tried.
 */
export const listFailures = async (
  since: Date,
  cursor: string | undefined,
  context: StripeCall,
): Promise<{ found: Found; next?: string }> => {
  const after = cursor === undefined ? {} : { starting_after: cursor };
  return Date.now() - since.getTime() < EVENTS_KEPT_MS ? fromEvents(since, after, context) : fromInvoices(after, context);
};

type After = { readonly starting_after?: string };

const fromEvents = async (since: Date, after: After, context: StripeCall): Promise<{ found: Found; next?: string }> => {
  const params = {
    types: ['invoice.payment_failed', 'invoice.payment_action_required'],
    created: { gte: Math.floor(since.getTime() / 1000) },
    limit: 100,
    ...after,
  };
  const page = await ask(context, pageOf(eventShape), (options) => context.session.events.list(params, options));
  return { found: page.data.flatMap(readEvent), ...nextOf(page) };
};

const fromInvoices = async (after: After, context: StripeCall): Promise<{ found: Found; next?: string }> => {
  const params = { status: 'open', collection_method: 'charge_automatically', limit: 100, ...after } as const;
  const page = await ask(context, pageOf(invoiceShape), (options) => context.session.invoices.list(params, options));
  const tried = page.data.filter((invoice) => invoice.attempted && invoice.billing_reason !== 'subscription_create');
  return {
    found: tried.map((invoice) => ({
      type: 'pointer',
      kind: 'invoice',
      refs: { invoice: invoice.id },
      occurredAt: toDate(invoice.created),
    })),
    ...nextOf(page),
  };
};

const nextOf = (page: { readonly has_more: boolean; readonly data: readonly { readonly id: string }[] }): { readonly next?: string } => {
  const last = page.data.at(-1);
  return page.has_more && last !== undefined ? { next: last.id } : {};
};
