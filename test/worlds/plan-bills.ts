import type { Billed } from '../../connectors/stripe-billing/fake-platform.js';
import type { Bill } from './scenario.js';
import type { Deed, ScriptParts, Subject } from './script-parts.js';

/** How the platform's tokens name the account at the gateway. */
export const mappedAccount = 'acct-world';

/** Where the deeds around the platform's bills are put down. */
export interface BillDesk {
  add(hubMs: number, what: string, run: Deed['run']): void;
  ask(subject: Subject, command: 'cancel' | 'retry'): Promise<void>;
  readonly touched: Subject[];
  readonly ended: Set<string>;
}

/** Renewals that fail, and what customers, platform and operators do about them. */
export const planBills = ({ scenario, gateway, stripe: { world } }: ScriptParts, desk: BillDesk): void => {
  /** At the gateway, where the first charge has failed already. */
  const billMapped = async (name: string, n: number, bill: Bill): Promise<Billed> => {
    const method = `um_bill_${String(n)}`;
    const later = bill.results.slice(1);
    await gateway.method(method, later.length === 0 ? ['do_not_honor'] : later);
    const metadata = { recovery_hub_gateway: 'unprotected', recovery_hub_account: mappedAccount, recovery_hub_method: method };
    const retries = bill.smartRetryDays.length === 0 ? {} : { retries: [...bill.smartRetryDays] };
    return world.billElsewhere({ label: name, amount: bill.amount, currency: 'eur', method: { metadata }, ...retries });
  };

  scenario.bills.forEach((bill, n) => {
    let billed: Billed | undefined;
    const subject = { invoice: () => billed?.invoice };
    const name = `invoice ${String(n)}`;
    desk.add(bill.at, `${name} is billed`, async () => {
      const card = { results: [...bill.results] };
      for (const _ of bill.smartRetryDays) desk.touched.push(subject);
      billed = scenario.hazards.mapped === 'yes' ? await billMapped(name, n, bill) : world.bill({ label: name, amount: bill.amount, card, ...(bill.smartRetryDays.length === 0 ? {} : { smartRetry: [...bill.smartRetryDays] }) });
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
