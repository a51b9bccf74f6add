import { named } from '../../../core/connector-kit/testing/index.js';
import { addTransaction, charge, collectOverdue, retryByRecurly } from './charge-invoice.js';
import { applyPayment, markSuccessful, moveTo, writeOff } from './close-invoice.js';
import { addBillingInfo, type CardOrder, replaceCard } from './new-parties.js';
import type { FakePlatform } from './platform.js';
import type { Account, Invoice } from './resources.js';
import { balanceOf, isOpen, numberOf, primaryOf } from './site.js';

/** By id or by number. */
export const invoiceNamed = ({ site }: FakePlatform, ref: string): Invoice =>
  [...site.invoices.values()].find((invoice) => numberOf(invoice) === ref) ?? named(site.invoices, 'invoice', ref);

/** By id or by code. */
export const accountNamed = ({ site }: FakePlatform, ref: string): Account =>
  [...site.accounts.values()].find(({ code }) => code === ref) ?? named(site.accounts, 'account', ref);

const tellOrNot = (platform: FakePlatform, tells: boolean, act: () => void): void => {
  if (tells) act();
  else platform.events.quietly(act);
};

export interface NewCard {
  readonly account: string;
  readonly card: CardOrder;
  readonly tells: boolean;
}

/** fact('billing_info.updated') fact('dunning.card_update') */
export const updateCard = (platform: FakePlatform, order: NewCard): { billingInfo: string } => {
  const account = accountNamed(platform, order.account);
  const primary = primaryOf(platform.site, account.id);
  const info = primary === null ? addBillingInfo(platform, account.id, order.card) : replaceCard(platform, primary, order.card);
  platform.site.touch(account);
  tellOrNot(platform, order.tells, () => platform.events.emit({ object: 'billing_info', event: 'updated', account }));
  collectOverdue(platform, account.id);
  return { billingInfo: info.id };
};

export const deleteCard = (platform: FakePlatform, ref: string): void => {
  const account = accountNamed(platform, ref);
  const primary = primaryOf(platform.site, account.id);
  if (primary === null) throw new Error(`account ${ref}: found no billing info to delete`);
  platform.site.billingInfos.delete(primary.id);
  platform.events.emit({ object: 'billing_info', event: 'updated', account });
};

export interface PaidElsewhere {
  readonly invoice: string;
  /** `other_card`: on the hosted page. `external`: a cheque the merchant notes on a manual invoice. `marked`: marked successful by hand. */
  readonly how: 'other_card' | 'external' | 'marked';
  /** Minor units, of an external payment. */
  readonly amount?: number | undefined;
}

export const payElsewhere = (platform: FakePlatform, { invoice: ref, how, amount }: PaidElsewhere): void => {
  const invoice = invoiceNamed(platform, ref);
  if (!isOpen(invoice)) throw new Error(`invoice ${ref}: found state ${invoice.state}, expected one that is open`);
  switch (how) {
    case 'marked': return markSuccessful(platform, invoice, 'out_of_band', null);
    case 'external': {
      const paid = addTransaction(platform, { invoice, amount: amount ?? balanceOf(invoice), status: 'success', origin: 'recurly_admin', externalMethod: 'check' });
      return applyPayment(platform, invoice, paid, 'out_of_band', null);
    }
    case 'other_card': {
      const card = { gateway: 'stripe', gatewayCode: 'gwfakestripe', brand: 'Visa', results: ['success'], token: 'none' } as const;
      const info = addBillingInfo(platform, invoice.accountId, { ...card, results: [...card.results] });
      charge(platform, { invoice, billingInfo: info, by: 'customer', origin: 'hpp' });
    }
  }
};

/** fact('invoice.voided') */
export const voidInvoice = (platform: FakePlatform, ref: string): void => {
  const invoice = invoiceNamed(platform, ref);
  platform.dunning.end(invoice.id);
  invoice.state = 'voided';
  invoice.closedAt = platform.clock.hubNow();
  platform.site.touch(invoice);
  platform.events.emit({ object: 'charge_invoice', event: 'updated', invoice });
};

/** The merchant gives up: fact('mark_failed') */
export const failInvoice = (platform: FakePlatform, ref: string): void => writeOff(platform, invoiceNamed(platform, ref));

/** Credit of the account is applied, less is due from now on: fact('invoice.credit') */
export const creditNote = (platform: FakePlatform, { invoice: ref, amount, tells }: { invoice: string; amount: number; tells: boolean }): void => {
  const invoice = invoiceNamed(platform, ref);
  const due = balanceOf(invoice);
  if (amount > due) throw new Error(`amount: found ${amount}, expected at most the ${due} that are due`);
  invoice.credited += amount;
  platform.site.touch(invoice);
  tellOrNot(platform, tells, () => {
    platform.events.emit({ object: 'charge_invoice', event: 'updated', invoice });
    if (balanceOf(invoice) === 0) moveTo(platform, invoice, 'paid');
  });
};

/** Recurly's own retry, now. */
export const dun = (platform: FakePlatform, ref: string, result: string): void => retryByRecurly(platform, invoiceNamed(platform, ref), result);
