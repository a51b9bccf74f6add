import { z } from 'zod';
import {
  CONTRACT_VERSION, defineConnector, defineGateway, secret, type CallContext, type HealthReport, type PluginList, type Secret,
} from '../../core/connector-kit/index.js';

const modeOf = (key: Secret): 'test' | 'live' => (key.reveal().startsWith('live_') ? 'live' : 'test');
const apiKey = () => secret().refine((key) => /^(test|live)_\w+$/.test(key.reveal()), { error: 'expected a key that begins with test_ or live_' });
const notCalled = (): never => {
  throw new Error('Of the invented plugins nothing is called but checkHealth.');
};

const acmeConfig = z.strictObject({ apiKey: apiKey(), webhookSecrets: z.array(secret()).min(1), toleranceSeconds: z.int().min(1).default(300) });

/** What the invented platform says of a connection. */
export type InventedHealth = (context: CallContext<z.output<typeof acmeConfig>, unknown>) => Promise<HealthReport>;
const healthy = async (): Promise<HealthReport> => ({ findings: [] });

/** A platform that does not exist: its keys reveal their mode. */
const acmeBilling = (checkHealth: InventedHealth) => defineConnector<z.output<typeof acmeConfig>>({
  id: 'acme-billing',
  displayName: 'Acme Billing',
  contract: CONTRACT_VERSION,
  configSchema: acmeConfig,
  mode: (config) => modeOf(config.apiKey),
  hosts: () => ['api.acme.example'],
  limits: () => ({ perMinute: 60, concurrent: 1 }),
  open: () => undefined,
  webhook: { verify: notCalled, parse: notCalled },
  invoices: { read: notCalled },
  paymentMethods: { mode: 'held_by_platform', why: 'invented' },
  dunning: { mode: 'harmless', why: 'invented' },
  settlement: { mode: 'platform_detects' },
  checkHealth,
});

const quietConfig = z.strictObject({ token: secret() });

/** A platform whose credentials do not tell their mode. */
const quietBilling = defineConnector<z.output<typeof quietConfig>>({
  id: 'quiet-billing',
  displayName: 'Quiet Billing',
  contract: CONTRACT_VERSION,
  configSchema: quietConfig,
  mode: () => 'undeclared',
  hosts: () => ['api.quiet.example'],
  limits: () => ({ perMinute: 60, concurrent: 1 }),
  open: () => undefined,
  webhook: { verify: notCalled, parse: notCalled },
  invoices: { read: notCalled },
  paymentMethods: { mode: 'held_by_platform', why: 'invented' },
  dunning: { mode: 'harmless', why: 'invented' },
  settlement: { mode: 'platform_detects' },
  checkHealth: healthy,
});

/** A platform whose own retries only the merchant can switch off; `collects`: it is told to collect, and retries the same object. */
const stubbornBilling = (id: string, displayName: string, collects: 'collects' | 'charges_nothing') => defineConnector<z.output<typeof acmeConfig>>({
  id,
  displayName,
  contract: CONTRACT_VERSION,
  configSchema: acmeConfig,
  mode: (config) => modeOf(config.apiKey),
  hosts: () => ['api.stubborn.example'],
  limits: () => ({ perMinute: 60, concurrent: 1 }),
  open: () => undefined,
  webhook: { verify: notCalled, parse: notCalled },
  invoices: { read: notCalled },
  paymentMethods: { mode: 'held_by_platform', why: 'invented' },
  dunning: { mode: 'merchant_switches_off', how: 'Settings, Dunning, Off' },
  ...(collects === 'collects' ? { collection: { collectNow: notCalled, findCollection: notCalled, protection: () => ({ kind: 'search_only' as const, absentIsFinalAfterMs: 1000 }) } } : {}),
  settlement: { mode: 'platform_detects' },
  checkHealth: healthy,
});

const payConfig = z.strictObject({ apiKey: apiKey() });

const acmePay = defineGateway<z.output<typeof payConfig>>({
  id: 'acme-pay',
  displayName: 'Acme Pay',
  contract: CONTRACT_VERSION,
  configSchema: payConfig,
  mode: (config) => modeOf(config.apiKey),
  hosts: () => ['api.acme.example'],
  limits: () => ({ perMinute: 60, concurrent: 1 }),
  accepts: () => true,
  open: () => undefined,
  protection: () => ({ kind: 'search_only', absentIsFinalAfterMs: 1000 }),
  charge: notCalled,
  find: notCalled,
  refund: notCalled,
  checkHealth: notCalled,
});

/** Plugins of platforms that do not exist, for tests of rooms that only need to know that there are plugins. Acme Billing answers health questions as told. */
export const inventedPluginsWith = (health: InventedHealth): PluginList => ({
  connectors: { 'acme-billing': async () => ({ connector: acmeBilling(health) }), 'quiet-billing': async () => ({ connector: quietBilling }) },
  gateways: { 'acme-pay': async () => ({ gateway: acmePay }) },
});

/** The same, where every connection is healthy. */
export const inventedPlugins: PluginList = inventedPluginsWith(healthy);

/** The same, with two platforms whose retries only the merchant can switch off; the second collects by itself. */
export const inventedPluginsWithStubborn: PluginList = {
  ...inventedPlugins,
  connectors: {
    ...inventedPlugins.connectors,
    'stubborn-billing': async () => ({ connector: stubbornBilling('stubborn-billing', 'Stubborn Billing', 'charges_nothing') }),
    'collecting-billing': async () => ({ connector: stubbornBilling('collecting-billing', 'Collecting Billing', 'collects') }),
  },
};
