import type { Stripe } from 'stripe';
import type { z } from 'zod';
import { PlatformError, type PlatformPayment } from '../../core/connector-kit/index.js';
import { ask, type StripeCall } from './platform-api.js';
import { eventShape, namedObject, pageOf, type StripeEvent } from './shapes.js';

/** Who made a payment: the idempotency key of the request, none where Stripe acted by itself, or no event found that could tell. */
export type MadeBy = { readonly event: 'found'; readonly key?: string } | { readonly event: 'not_found' };

/**
 * The first event of a charge carries the request that made it; what happens to it later (a bank debit that succeeds after days) carries
 * none.
 */
const TYPES = ['charge.succeeded', 'charge.failed', 'charge.pending'];

/** Events lie this close to what they tell of: measured from Stripe's own two timestamps, so no clock of ours comes in. */
const BEFORE_S = 60;
const AFTER_S = 3600;

const MOST_PAGES = 5;

/**
 * Stripe keeps no reference of ours on an invoice's payment, but its events keep the idempotency key of the request that caused them (for
 * 30 days). A null key is Stripe's own retry, or a person in the Dashboard.
 */
export const attributePayment = (payment: PlatformPayment, context: StripeCall): Promise<MadeBy> =>
  findRequest({ types: TYPES, object: payment.ref, at: payment.at }, context);

/** Who marked an invoice as paid, where Stripe charged nothing for it. */
export const attributeMark = (invoiceRef: string, paidAt: Date, context: StripeCall): Promise<MadeBy> =>
  findRequest({ types: ['invoice.paid'], object: invoiceRef, at: paidAt }, context);

interface Happening {
  readonly types: readonly string[];
  /** The id of the object that the events hold. */
  readonly object: string;
  readonly at: Date;
}

const findRequest = async ({ types, object, at }: Happening, context: StripeCall): Promise<MadeBy> => {
  const madeAt = Math.floor(at.getTime() / 1000);
  let after: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const created = { gte: madeAt - BEFORE_S, lte: madeAt + AFTER_S };
    const page = await eventsOf({ types: [...types], created, limit: 100, ...(after === undefined ? {} : { starting_after: after }) }, context);
    if (page === undefined) return { event: 'not_found' };
    const told = page.data.filter((event) => isAbout(event, object));
    const key = told.map((event) => event.request?.idempotency_key).find((each) => typeof each === 'string' && each !== '');
    if (key) return { event: 'found', key };
    if (told.length > 0) return { event: 'found' };
    after = page.data.at(-1)?.id;
    if (!page.has_more || after === undefined) return { event: 'not_found' };
  }
  return { event: 'not_found' };
};

const eventPage = pageOf(eventShape);

/** A key that may not read events can still read invoices: the payment is then nobody's that we could name. */
const eventsOf = async (params: Stripe.EventListParams, context: StripeCall): Promise<z.output<typeof eventPage> | undefined> => {
  try {
    return await ask(context, eventPage, (options) => context.session.events.list(params, options));
  } catch (thrown) {
    if (thrown instanceof PlatformError && thrown.code === 'missing_permission') return undefined;
    throw thrown;
  }
};

/** For a payment by the charge alone: its PaymentIntent has others, and a failed one of ours may precede Stripe's success. */
const isAbout = (event: StripeEvent, object: string): boolean => {
  const named = namedObject.safeParse(event.data.object);
  return named.success && named.data.id === object;
};
