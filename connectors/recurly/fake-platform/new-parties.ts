import { z } from 'zod';
import { DEFAULT_CAMPAIGN } from './dunning-campaign.js';
import type { FakePlatform } from './platform.js';
import type { Account, BillingInfo, CardTokens, CollectionMethod, Subscription } from './resources.js';
import { billingInfosOf } from './site.js';

export const MONTH_MS = 30 * 86_400_000;

/**
 * What Recurly holds of the card at the gateway, `none` where it keeps the card itself: fact('token.recurly_vaults').
 * `stripe`: two references. `adyen`: a token and the shopper. `gateway_token`: a token alone.
 */
export const cardSchema = z.strictObject({
  gateway: z.string().default('stripe'),
  gatewayCode: z.string().max(13).default('gwfakestripe'),
  brand: z.string().default('Visa'),
  results: z.array(z.string()).min(1),
  token: z.enum(['none', 'stripe', 'adyen', 'gateway_token']).default('none'),
  /** The references or the token themselves; minted when absent. */
  methodRef: z.string().max(50).optional(),
  customerRef: z.string().max(264).optional(),
});

export type CardOrder = z.output<typeof cardSchema>;

/** fact('token.stripe') fact('token.adyen') fact('token.legacy') */
const tokensOf = ({ mint }: FakePlatform, { token, methodRef, customerRef }: CardOrder): CardTokens => {
  switch (token) {
    case 'none': return { references: [], gatewayToken: null, accountReference: null };
    case 'stripe': return {
      gatewayToken: null, accountReference: null,
      references: [
        { token: customerRef ?? `cus_${mint.id()}`, reference_type: 'stripe_customer' },
        { token: methodRef ?? `pm_${mint.id()}`, reference_type: 'stripe_payment_method' },
      ],
    };
    case 'adyen': return { references: [], gatewayToken: methodRef ?? mint.id().toUpperCase(), accountReference: customerRef ?? `shopper-${mint.id()}` };
    case 'gateway_token': return { references: [], gatewayToken: methodRef ?? mint.id(), accountReference: customerRef ?? null };
  }
};

export const addBillingInfo = (platform: FakePlatform, accountId: string, order: CardOrder): BillingInfo => {
  const { site, mint, clock } = platform;
  const at = clock.hubNow();
  const info: BillingInfo = {
    id: mint.id(), accountId, gateway: { code: order.gatewayCode, type: order.gateway, name: `Fake ${order.gateway}` }, tokens: tokensOf(platform, order),
    card: { cardType: order.brand, firstSix: '424242', lastFour: '4242', expMonth: 12, expYear: at.getUTCFullYear() + 3 },
    primary: billingInfosOf(site, accountId).length === 0, valid: true, createdAt: at, updatedAt: at,
  };
  site.billingInfos.set(info.id, info);
  site.scripts.set(info.id, { results: order.results, used: 0 });
  return info;
};

/** A changed card keeps the id of the billing info: fact('billing_info.updated') */
export const replaceCard = (platform: FakePlatform, before: BillingInfo, order: CardOrder): BillingInfo => {
  const { site } = platform;
  const drafted = addBillingInfo(platform, before.accountId, order);
  site.billingInfos.delete(drafted.id);
  site.scripts.delete(drafted.id);
  const changed: BillingInfo = { ...drafted, id: before.id, primary: before.primary, createdAt: before.createdAt };
  site.billingInfos.set(changed.id, changed);
  site.scripts.set(changed.id, { results: order.results, used: 0 });
  return changed;
};

export const addAccount = (platform: FakePlatform): Account => {
  const { site, mint, clock, events } = platform;
  const id = mint.id();
  const at = new Date(clock.hubNow().getTime() - 3 * MONTH_MS);
  const account: Account = {
    id, code: `account-${site.accounts.size + 1}`, email: `${id}@example.org`, firstName: 'Robin', lastName: 'Example', dunningCampaignId: DEFAULT_CAMPAIGN,
    createdAt: at, updatedAt: at,
  };
  site.accounts.set(id, account);
  events.emit({ object: 'account', event: 'created', account });
  return account;
};

export interface SubscriptionOrder {
  readonly amount: number;
  readonly currency: string;
  readonly collection: CollectionMethod;
}

export const addSubscription = ({ site, mint, clock }: FakePlatform, account: Account, order: SubscriptionOrder): Subscription => {
  const at = clock.hubNow();
  const since = new Date(at.getTime() - 3 * MONTH_MS);
  const subscription: Subscription = {
    id: mint.id(), uuid: mint.uuid(), accountId: account.id, planId: 'rfakeplan', planCode: 'standard', planName: 'Standard', currency: order.currency,
    unitAmount: order.amount, collectionMethod: order.collection, periodStartedAt: at, periodEndsAt: new Date(at.getTime() + MONTH_MS), activatedAt: since,
    state: 'active', canceledAt: null, expiresAt: null, expirationReason: null, billingInfoId: null, createdAt: since, updatedAt: at,
  };
  site.subscriptions.set(subscription.id, subscription);
  return subscription;
};
