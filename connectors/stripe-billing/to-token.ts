import { OWN_ACCOUNT, type ChargeableToken } from '../../core/connector-kit/index.js';
import type { StripeCard } from './shapes.js';

/**
 * A payment method or source of this account as the tuple a gateway charges. Stripe tells a webhook's reader no account id, and a plain or
 * restricted key always speaks for exactly one account, so one word for it is enough.
 */
export const toToken = (
  methodRef: string,
  customerRef: string | null | undefined,
  card: StripeCard | null | undefined,
): ChargeableToken => {
  const facts = card ? cardFacts(card) : undefined;
  return {
    gatewayType: 'stripe',
    gatewayAccountRef: OWN_ACCOUNT,
    methodRef,
    ...(customerRef ? { customerRef } : {}),
    ...(facts === undefined || Object.keys(facts).length === 0 ? {} : { card: facts }),
  };
};

const cardFacts = (card: StripeCard): NonNullable<ChargeableToken['card']> => {
  const network = networkOf(card);
  return {
    ...(network === undefined ? {} : { network }),
    ...(card.iin ? { bin: card.iin } : {}),
    ...(card.last4 ? { last4: card.last4 } : {}),
    ...(card.fingerprint ? { fingerprint: card.fingerprint } : {}),
    ...(card.exp_month && card.exp_year
      ? { expires: `${String(card.exp_year).padStart(4, '0')}-${String(card.exp_month).padStart(2, '0')}` }
      : {}),
    ...(card.country ? { country: card.country } : {}),
  };
};

/**
 * The network that carried the payment, else the brand on the card: `visa`, `mastercard`, `amex` … Sources of the older kind write
 * "MasterCard" and "American Express".
 */
export const networkOf = (card: StripeCard | null | undefined): string | undefined => {
  const name = (card?.network ?? card?.brand)?.toLowerCase().replaceAll(' ', '_');
  if (!name || name === 'unknown') return undefined;
  return name === 'american_express' ? 'amex' : name;
};
