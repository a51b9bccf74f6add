import type Stripe from 'stripe';
import { type CardFace, newPaymentMethod } from './card-objects.js';
import type { ChargeResult } from './declines.js';
import type { FakePlatform } from './platform.js';

export interface NewCard {
  readonly brand: string;
  readonly results: readonly ChargeResult[];
  readonly customer: string | null;
  readonly country?: string;
}

const LAST4: Readonly<Record<string, string>> = { visa: '4242', mastercard: '4444', amex: '8431', discover: '1117' };

/** Makes a payment method whose successive charges give the named results. */
export const addCard = (platform: FakePlatform, { brand, results, customer, country = 'US' }: NewCard): Stripe.PaymentMethod => {
  const id = platform.mintId('pm');
  const thisYear = platform.clock.hubNow().getUTCFullYear();
  const expYear = results[0] === 'expired_card' ? thisYear - 1 : thisYear + 3;
  const face: CardFace = { brand, last4: LAST4[brand] ?? '0000', fingerprint: id.slice(-16), expMonth: 12, expYear, country };
  const method = newPaymentMethod({ id, customer, face, created: platform.clock.hubSeconds(), livemode: platform.account.livemode });
  platform.account.paymentMethods.set(id, method);
  platform.account.cards.set(id, { face, results, used: 0 });
  return method;
};
