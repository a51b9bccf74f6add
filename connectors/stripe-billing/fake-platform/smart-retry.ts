import type Stripe from 'stripe';
import { type FakeClock, ringAt } from '../../../core/connector-kit/testing/index.js';
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
  callOff: (() => void) | null;
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

export const createSmartRetries = (clock: FakeClock, retry: (invoice: Stripe.Invoice) => void): SmartRetries => {
  const plans = new Map<string, Plan>();

  const disarm = (plan: Plan): void => {
    plan.callOff?.();
    plan.callOff = null;
  };

  const arm = (invoice: Stripe.Invoice, plan: Plan): void => {
    disarm(plan);
    const next = invoice.auto_advance === true && invoice.status === 'open' ? plan.dates[plan.done] : undefined;
    invoice.next_payment_attempt = next === undefined ? null : seconds(next);
    if (next === undefined) return;
    plan.callOff = ringAt(clock, next, () => {
      plan.done += 1;
      arm(invoice, plan);
      retry(invoice);
    });
  };

  return {
    schedule: (invoice, days) => {
      const plan: Plan = { dates: days.map((day) => new Date(clock.hubNow().getTime() + day * DAY_MS)), done: 0, callOff: null };
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
