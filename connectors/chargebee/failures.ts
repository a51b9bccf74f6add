import type { Found, Pointer } from '../../core/connector-kit/index.js';
import { ask, type ChargebeeCall } from './platform-api.js';
import { eventShape, invoiceShape, pageOf, toDate } from './shapes.js';

/** How far back the list of events is trusted; how long Chargebee keeps them is not documented. */
const EVENTS_TRUSTED_MS = 7 * 86_400_000;

/**
 * The failures since a moment: from the site's own list of events, which also knows what no webhook delivered; further back, every invoice that
 * is due and was tried. Either way only the invoice is pointed at: what it says now is what counts.
 */
export const listFailures = async (since: Date, cursor: string | undefined, context: ChargebeeCall): Promise<{ found: Found; next?: string }> => {
  const offset = cursor === undefined ? {} : { offset: cursor };
  return Date.now() - since.getTime() < EVENTS_TRUSTED_MS ? fromEvents(since, offset, context) : fromInvoices(offset, context);
};

type Offset = { readonly offset?: string };

const fromEvents = async (since: Date, offset: Offset, context: ChargebeeCall): Promise<{ found: Found; next?: string }> => {
  const params = {
    event_type: { is: 'payment_failed' },
    occurred_at: { after: Math.floor(since.getTime() / 1000) - 1 },
    sort_by: { asc: 'occurred_at' },
    limit: 100,
    ...offset,
  };
  const page = await ask(context, pageOf('event', eventShape), (session) => session.event.list(params as object));
  const found = page.list.map(
    (event): Pointer => ({ type: 'pointer', kind: 'event', refs: { event: event.id, eventType: event.event_type }, occurredAt: toDate(event.occurred_at) }),
  );
  return { found, ...nextOf(page) };
};

const fromInvoices = async (offset: Offset, context: ChargebeeCall): Promise<{ found: Found; next?: string }> => {
  const params = { status: { in: ['payment_due', 'not_paid'] }, limit: 100, ...offset };
  const page = await ask(context, pageOf('invoice', invoiceShape), (session) => session.invoice.list(params as object));
  const tried = page.list.filter((invoice) => invoice.linked_payments.length > 0 && !invoice.deleted);
  return {
    found: tried.map((invoice): Pointer => ({ type: 'pointer', kind: 'invoice', refs: { invoice: invoice.id }, occurredAt: toDate(invoice.date ?? 0) })),
    ...nextOf(page),
  };
};

const nextOf = ({ next_offset: next }: { readonly next_offset?: string | null | undefined }): { readonly next?: string } => (next ? { next } : {});
