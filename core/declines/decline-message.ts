import type { DeclineCatalogue } from './decline-catalogue.js';

/** One short sentence about a reason, for API replies ("Card account is closed."). A name that is no reason gets the sentence of `unknown`. */
export const declineMessage = (reason: string, catalogue: DeclineCatalogue): string =>
  catalogue.reasonMessages.get(reason) ?? catalogue.reasonMessages.get('unknown') ?? 'The payment was declined.';
