import type { Happening } from './happening.js';
import { type FakeSite, numberOf } from './site.js';
import type { Switches } from './switches.js';

export interface Telling {
  readonly id: string;
  readonly site: FakeSite;
  readonly switches: Switches;
  readonly at: Date;
}

/** fact('notification.locators') fact('notification.prefixed_number') */
const locatorOf = (happening: Happening, { prefixedInvoiceNumber }: Switches): Readonly<Record<string, string | number>> => {
  switch (happening.object) {
    case 'payment': return { uuid: happening.transaction.uuid };
    case 'subscription': return { uuid: happening.subscription.uuid };
    case 'charge_invoice':
    case 'credit_invoice':
    case 'dunning_event': {
      const { invoice } = happening;
      const plain = invoice.prefix === '' || prefixedInvoiceNumber === 'digits_only';
      return { invoice_number: plain ? invoice.number : numberOf(invoice) };
    }
    case 'account':
    case 'billing_info': return { account_code: happening.account.code };
  }
};

/** Recurly writes instants in whole seconds. */
export const secondsOf = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** A JSON notification says only what happened to what: fact('notification.metadata_only') */
export const notificationOf = (happening: Happening, { id, site, switches, at }: Telling): Readonly<Record<string, string | number>> => ({
  id,
  object_type: happening.object,
  site_id: site.id,
  event_type: happening.event,
  event_time: secondsOf(at),
  ...locatorOf(happening, switches),
});
