import type Stripe from 'stripe';
import { noAddress } from './card-objects.js';
import type { FakePlatform } from './platform.js';

export interface NewCustomMethod {
  /** `cpmt_…`, made in the Dashboard. */
  readonly type: string;
  readonly displayName: string;
  readonly customer: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A payment method that another processor holds: Stripe knows its type and what the merchant wrote on it. fact('payment_method.custom') */
export const addCustomMethod = (platform: FakePlatform, { type, displayName, customer, metadata }: NewCustomMethod): Stripe.PaymentMethod => {
  const { account, clock, mintId } = platform;
  const method: Stripe.PaymentMethod = {
    id: mintId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: noAddress(), email: null, name: null, phone: null, tax_id: null },
    created: clock.hubSeconds(),
    custom: { display_name: displayName, logo: null, type },
    customer,
    customer_account: null,
    livemode: account.livemode,
    metadata: { ...metadata },
    type: 'custom',
  };
  account.customTypes.set(type, displayName);
  account.paymentMethods.set(method.id, method);
  return method;
};
