import { addTransaction } from './charge-invoice.js';
import { addCreditInvoice } from './close-invoice.js';
import type { FakePlatform } from './platform.js';
import type { Invoice } from './resources.js';
import { transactionsOf } from './site.js';

/** Money goes back: a credit invoice with the refund on it; the charge invoice stays paid. fact('refund') */
export const refund = (platform: FakePlatform, invoice: Invoice, amount: number): Invoice => {
  const original = transactionsOf(platform.site, invoice.id).findLast(({ status, type }) => status === 'success' && type === 'purchase');
  invoice.refunded += amount;
  const credit = addCreditInvoice(platform, invoice, amount, 'refund');
  const transaction = addTransaction(platform, {
    invoice: credit, amount, status: 'success', type: 'refund', origin: 'api', billingInfo: original?.billingInfo ?? null,
    externalMethod: original?.externalMethod ?? null, originalTransactionId: original?.id ?? null,
  });
  if (original !== undefined) {
    original.refunded = true;
    platform.site.touch(original);
  }
  platform.site.touch(invoice);
  platform.events.emit({ object: 'payment', event: 'refunded', transaction });
  return credit;
};
