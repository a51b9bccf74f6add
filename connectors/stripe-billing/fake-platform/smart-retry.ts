import type Stripe from 'stripe';
import { paymentMethodFor } from './account.js';
import { collectInvoice } from './collect-invoice.js';
import type { FakeClock } from './fake-clock.js';
import type { FakePlatform } from './platform.js';
import type { Cause } from './event-log.js';

const DAY_MS = 86_400_000;
export const BY_STRIPE: Cause = { requestId: null, idempotencyKey: null, by: 'stripe' };

/** Stripe's own retries of open invoices: off unless an invoice is billed with a schedule. */
export interface SmartRetries {
  /** Days after now at which Stripe tries by itself. */
  schedule(invoice: Stripe.Invoice, days: readonly number[]): void;
  /** Obeys `auto_advance`: fact('invoice.auto_advance_stops_retries') */
  follow(invoice: Stripe.Invoice): void;
  stop(invoiceId: string): void;
  close(): void;
}

interface Plan {
  readonly dates: readonly Date[];
  done: number;
  timer: NodeJS.Timeout | null;
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

export const createSmartRetries = (clock: FakeClock, retry: (invoice: Stripe.Invoice) => void): SmartRetries => {
  const plans = new Map<string, Plan>();

  const disarm = (plan: Plan): void => {
    if (plan.timer !== null) clearTimeout(plan.timer);
    plan.timer = null;
  };

  const arm = (invoice: Stripe.Invoice, plan: Plan): void => {
    disarm(plan);
    const next = invoice.auto_advance === true && invoice.status === 'open' ? plan.dates[plan.done] : undefined;
    invoice.next_payment_attempt = next === undefined ? null : seconds(next);
    if (next === undefined) return;
    plan.timer = setTimeout(() => {
      plan.done += 1;
      arm(invoice, plan);
      retry(invoice);
    }, Math.max(0, clock.wallMsOf(next.getTime() - clock.hubNow().getTime())));
    plan.timer.unref();
  };

  return {
    schedule: (invoice, days) => {
      const plan: Plan = { dates: days.map((day) => new Date(clock.hubNow().getTime() + day * DAY_MS)), done: 0, timer: null };
      plans.set(invoice.id, plan);
      arm(invoice, plan);
    },
    follow: (invoice) => {
      const plan = plans.get(invoice.id);
      if (plan !== undefined) arm(invoice, plan);
    },
    stop: (invoiceId) => {
      const plan = plans.get(invoiceId);
      if (plan !== undefined) disarm(plan);
      plans.delete(invoiceId);
    },
    close: () => {
      for (const plan of plans.values()) disarm(plan);
    },
  };
};

/** Codes after which Stripe counts but does not send before there is a new card: fact('smart_retry.hard_codes') */
const HARD_CODES: ReadonlySet<string> = new Set([
  'authentication_required', 'highest_risk_level', 'incorrect_number', 'lost_card', 'pickup_card', 'revocation_of_all_authorizations',
  'revocation_of_authorization', 'stolen_card', 'transaction_not_allowed',
]);

/** One attempt by Stripe itself, with the request key null in its events. */
export const retryByStripe = (platform: FakePlatform, invoice: Stripe.Invoice): void => {
  if (invoice.status !== 'open' || invoice.auto_advance !== true) return;
  const paymentMethod = platform.account.paymentMethods.get(paymentMethodFor(platform.account, invoice) ?? '');
  const card = paymentMethod === undefined ? undefined : platform.account.cards.get(paymentMethod.id);
  const last = card?.results[Math.min(card.used, card.results.length) - 1];
  if (paymentMethod === undefined || (last !== undefined && HARD_CODES.has(last))) {
    invoice.attempt_count += 1;
    return;
  }
  collectInvoice(platform, { invoice, paymentMethod, offSession: true, cause: BY_STRIPE, automatic: true });
};
