import { type FakeClock, ringAt } from '../../../core/connector-kit/testing/index.js';
import type { Invoice } from './resources.js';

const DAY_MS = 86_400_000;

/** What the campaign does when its last retry has failed: fact('dunning.ending') */
export type DunningEnding = 'leaves_past_due' | 'fails_invoice' | 'expires_subscription';

/** Recurly's own retries of overdue invoices, which no call can stop short of closing the invoice: fact('dunning.no_stop') */
export interface Dunning {
  /** Days after now at which Recurly tries by itself. */
  schedule(invoice: Invoice, days: readonly number[], ending: DunningEnding): void;
  /** Whether no own retry is left after the one that is being made now. */
  isLast(invoiceId: string): boolean;
  ending(invoiceId: string): DunningEnding;
  /** Ends with the invoice. */
  end(invoiceId: string): void;
  close(): void;
}

interface Plan {
  readonly dates: Date[];
  readonly ending: DunningEnding;
  callOff: (() => void) | null;
}

/** fact('dunning.behind_our_back') */
export const createDunning = (clock: FakeClock, retry: (invoice: Invoice) => void): Dunning => {
  const plans = new Map<string, Plan>();

  const arm = (invoice: Invoice, plan: Plan): void => {
    plan.callOff?.();
    plan.callOff = null;
    const next = plan.dates[0];
    if (next === undefined) return;
    plan.callOff = ringAt(clock, next, () => {
      plan.dates.shift();
      arm(invoice, plan);
      retry(invoice);
    });
  };

  return {
    schedule: (invoice, days, ending) => {
      const dates = days.map((day) => new Date(clock.hubNow().getTime() + day * DAY_MS));
      const plan: Plan = { dates, ending, callOff: null };
      plans.set(invoice.id, plan);
      arm(invoice, plan);
    },
    isLast: (invoiceId) => plans.get(invoiceId)?.dates.length === 0,
    ending: (invoiceId) => plans.get(invoiceId)?.ending ?? 'leaves_past_due',
    end: (invoiceId) => {
      plans.get(invoiceId)?.callOff?.();
      plans.delete(invoiceId);
    },
    close: () => {
      for (const plan of plans.values()) plan.callOff?.();
    },
  };
};
