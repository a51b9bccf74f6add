import { z } from 'zod';
import { secret } from '../../core/connector-kit/index.js';

/**
 * The name of a site, which becomes the name of a host: anything but a DNS label (a slash, a `#`, a dot) would send the API key to another
 * host.
 */
const siteName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'expected the name before .chargebee.com, in small letters, digits and hyphens: acme or acme-test');

/** Configuration of a connection to one Chargebee site. */
export const connectorConfig = z.strictObject({
  /** The part before `.chargebee.com`. Names of test sites end in `-test`. */
  site: siteName,
  /** A full-access key of the site. */
  apiKey: secret(),
  /** User name of HTTP Basic that the site's webhook endpoint is set up with. */
  webhookUser: z.string().min(1).max(60).regex(/^[^:\s]+$/, 'expected a user name without colon and white space'),
  /** Its password; a second one while it is being changed. */
  webhookPasswords: z.array(secret()).min(1).max(4),
  /** What the site's plan allows us of its requests per minute; the merchant's own programs share them. */
  requestsPerMinute: z.int().min(20).max(3000).default(100),
  /** A custom payment method of the site, to record our payments as; otherwise they are recorded as `other`. */
  customPaymentMethodId: z.string().regex(/^[\w.-]{1,50}$/).optional(),
});
export type ConnectorConfig = z.output<typeof connectorConfig>;

/** Nothing else in Chargebee's API or events tells test from live. */
export const modeOf = ({ site }: ConnectorConfig): 'test' | 'live' => (site.endsWith('-test') ? 'test' : 'live');

export const hostOf = ({ site }: ConnectorConfig): string => `${site}.chargebee.com`;

/** Below the smallest published limit (150 a minute); concurrency well below the 50 reads that a test site allows at once. */
export const limitsOf = ({ requestsPerMinute }: ConnectorConfig): { readonly perMinute: number; readonly concurrent: number } => ({
  perMinute: requestsPerMinute,
  concurrent: 8,
});
