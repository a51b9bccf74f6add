import { type FakeClock, ringAt } from '../../../core/connector-kit/testing/index.js';
import type { Invoice } from './resources.js';
import type { Switches } from './switches.js';

const DAY_MS = 86_400_000;

/** Chargebee's own retries of unpaid invoices: behind our back, unless paused or stopped. */
export interface Dunning {
  /** Days after now at which Chargebee tries by itself. */
  schedule(invoice: Invoice, days: readonly number[], ending: DunningEnding): void;
  isPaused(invoiceId: string): boolean;
  /** No retries until then; on that date Chargebee tries by itself: fact('dunning.pause') */
  pause(invoice: Invoice, until: Date): void;
  resume(invoice: Invoice): void;
  /** Ends for good: fact('dunning.stop') */
  stop(invoice: Invoice): void;
  /** Whether no own retry is left after the one that is being made now. */
  isLast(invoiceId: string): boolean;
  ending(invoiceId: string): DunningEnding;
  close(): void;
}

/** What the site does to the subscription when the last retry failed. */
export type DunningEnding = 'keep_active' | 'cancel_subscription';

interface Plan {
  dates: Date[];
  readonly ending: DunningEnding;
  pausedUntil: Date | null;
  callOff: (() => void) | null;
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

export const createDunning = (clock: FakeClock, switches: Switches, retry: (invoice: Invoice) => void): Dunning => {
  const plans = new Map<string, Plan>();

  const disarm = (plan: Plan): void => {
    plan.callOff?.();
    plan.callOff = null;
  };

  const tell = (invoice: Invoice, plan: Plan, next: Date | undefined): void => {
    delete invoice.next_retry_at;
    if (next !== undefined && (plan.pausedUntil === null || switches.pausedNextRetry === 'expected_date')) invoice.next_retry_at = seconds(next);
  };

  const arm = (invoice: Invoice, plan: Plan): void => {
    disarm(plan);
    const next = invoice.status === 'payment_due' ? (plan.pausedUntil ?? plan.dates[0]) : undefined;
    tell(invoice, plan, next);
    if (next === undefined) return;
    plan.callOff = ringAt(clock, next, () => {
      if (plan.pausedUntil === null) plan.dates.shift();
      else plan.dates = plan.dates.filter((date) => date > clock.hubNow());
      plan.pausedUntil = null;
      delete invoice.expected_payment_date;
      arm(invoice, plan);
      retry(invoice);
    });
  };

  const planOf = (invoice: Invoice): Plan => {
    const plan = plans.get(invoice.id) ?? { dates: [], ending: 'keep_active', pausedUntil: null, callOff: null };
    plans.set(invoice.id, plan);
    return plan;
  };

  return {
    schedule: (invoice, days, ending) => {
      const dates = days.map((day) => new Date(clock.hubNow().getTime() + day * DAY_MS));
      const plan: Plan = { dates, ending, pausedUntil: null, callOff: null };
      plans.set(invoice.id, plan);
      arm(invoice, plan);
    },
    isPaused: (invoiceId) => plans.get(invoiceId)?.pausedUntil instanceof Date,
    pause: (invoice, until) => {
      const plan = planOf(invoice);
      plan.pausedUntil = until;
      invoice.expected_payment_date = seconds(until);
      arm(invoice, plan);
    },
    resume: (invoice) => {
      const plan = planOf(invoice);
      plan.pausedUntil = null;
      delete invoice.expected_payment_date;
      // fact('dunning.resume')
      plan.dates = plan.dates.filter((date) => date > clock.hubNow());
      if (switches.resumeRetries === 'at_once') plan.dates.unshift(clock.hubNow());
      else if (plan.dates.length === 0) plan.dates.push(new Date(clock.hubNow().getTime() + DAY_MS));
      arm(invoice, plan);
    },
    stop: (invoice) => {
      const plan = planOf(invoice);
      disarm(plan);
      plans.delete(invoice.id);
      delete invoice.next_retry_at;
      delete invoice.expected_payment_date;
    },
    isLast: (invoiceId) => (plans.get(invoiceId)?.dates.length ?? 0) === 0,
    ending: (invoiceId) => plans.get(invoiceId)?.ending ?? 'keep_active',
    close: () => {
      for (const plan of plans.values()) disarm(plan);
    },
  };
};
