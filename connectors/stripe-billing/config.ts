import { z } from 'zod';
import { secret, type Secret } from '../../core/connector-kit/index.js';

/** The only host this plugin speaks to. */
export const HOST = 'api.stripe.com';

/** Stripe writes the mode into the key: `sk_test_`, `rk_test_`, `sk_live_`, `rk_live_`. */
const API_KEY = /^[sr]k_(test|live)_\w+$/;

const hasApiKey = ({ apiKey }: { readonly apiKey: Secret }): boolean => API_KEY.test(apiKey.reveal());
const notAnApiKey = {
  path: ['apiKey'],
  error:
    'expected a secret or restricted key (sk_test_…, rk_test_…, sk_live_…, rk_live_…), copied whole; a publishable one (pk_…) cannot charge',
};

/** A name in Stripe's metadata. */
const metadataName = z.string().regex(/^[\w.-]{1,40}$/);
const shortName = z.string().regex(/^[\w.:-]{1,128}$/);

/** Configuration of a connection to Stripe Billing. */
export const connectorConfig = z
  .strictObject({
    /** A restricted key with the permissions listed in the README, or the account's secret key. */
    apiKey: secret(),
    /** Signing secrets of the webhook endpoint; several while one is being rolled. */
    webhookSecrets: z.array(secret()).min(1).max(4),
    /** Where a merchant who charges elsewhere has written the tokens already; the README names what is read without it. */
    foreignTokens: z
      .strictObject({
        gatewayType: shortName,
        gatewayAccountRef: shortName.optional(),
        method: metadataName,
        customer: metadataName.optional(),
      })
      .optional(),
    /** How a charge at another gateway is told to Stripe. What Stripe refuses as a payment record is told out of band in any case. */
    recordPaymentsAs: z.enum(['payment_record', 'out_of_band']).default('payment_record'),
    /** The custom payment method type (`cpmt_…`) of payment records whose token was not on a custom payment method. */
    customPaymentMethodType: z.string().regex(/^cpmt_\w{1,200}$/).optional(),
  })
  .refine(hasApiKey, notAnApiKey);
export type ConnectorConfig = z.output<typeof connectorConfig>;

/** Configuration of a Stripe account used as a gateway. */
export const gatewayConfig = z.strictObject({ apiKey: secret() }).refine(hasApiKey, notAnApiKey);
export type GatewayConfig = z.output<typeof gatewayConfig>;

/** What every part of this folder may rely on, whichever of the two definitions it serves. */
export interface WithApiKey {
  readonly apiKey: Secret;
}

export const modeOf = (config: WithApiKey): 'test' | 'live' => (API_KEY.exec(config.apiKey.reveal())?.[1] === 'live' ? 'live' : 'test');

/**
 * Published limits are 100 requests a second in live mode and 25 in test mode; we stay under both, because the merchant's own calls
 * share them. Each recovery needs about eight calls.
 */
export const limitsOf = (config: WithApiKey): { readonly perMinute: number; readonly concurrent: number } =>
  modeOf(config) === 'live' ? { perMinute: 3000, concurrent: 20 } : { perMinute: 1200, concurrent: 10 };
