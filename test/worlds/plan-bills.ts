import type { Billed } from '../../connectors/stripe-billing/fake-platform.js';
import type { Deed, ScriptParts, Subject } from './script-parts.js';

/** Where the deeds around the platform's bills are put down. */
export interface BillDesk {
  add(hubMs: number, what: string, run: Deed['run']): void;
  ask(subject: Subject, command: 'cancel' | 'retry'): Promise<void>;
  readonly touched: Subject[];
  readonly ended: Set<string>;
}

/** Renewals that fail, and what customers, platform and operators do about them. */
export const planBills = ({ scenario, stripe: { world } }: ScriptParts, desk: BillDesk): void => {
  scenario.bills.forEach((bill, n) => {
    let billed: Billed | undefined;
    const subject = { invoice: () => billed?.invoice };
    const name = `invoice ${String(n)}`;
    desk.add(bill.at, `${name} is billed`, () => {
      const card = { results: [...bill.results] };
      for (const _ of bill.smartRetryDays) desk.touched.push(subject);
      billed = world.bill({ label: name, amount: bill.amount, card, ...(bill.smartRetryDays.length === 0 ? {} : { smartRetry: [...bill.smartRetryDays] }) });
    });
    for (const { at, what } of bill.after) {
      desk.add(at, `${name}: ${what.replaceAll('_', ' ')}`, async () => {
        if (!billed) return;
        const { invoice, customer, subscription } = billed;
        desk.touched.push(subject);
        switch (what) {
          case 'pay_elsewhere': world.payElsewhere({ invoice, how: 'other_card' }); break;
          case 'out_of_band': world.payElsewhere({ invoice, how: 'out_of_band' }); break;
          case 'void': world.voidInvoice({ invoice }); break;
          case 'uncollectible': world.markUncollectible({ invoice }); break;
          case 'update_card': world.updateCard({ customer, card: { results: ['success'] } }); break;
          case 'cancel_subscription':
            desk.ended.add(invoice);
            world.cancelSubscription({ subscription });
            break;
          case 'smart_retry': world.smartRetryNow({ invoice }); break;
          case 'race_with_next_pay': world.smartRetryBeforeNextPay({ invoice }); break;
          case 'race_with_next_read': world.smartRetryAfterNextRead({ invoice }); break;
          case 'cancel':
          case 'retry': await desk.ask(subject, what); break;
        }
      });
    }
  });
};
