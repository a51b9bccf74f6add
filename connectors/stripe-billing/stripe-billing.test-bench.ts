import { definePlugins, type CollectRequest, type InvoiceState } from '../../core/connector-kit/index.js';
import {
  loadPlugins,
  type CallResult,
  type ConnectorUse,
  type GatewayUse,
  type PluginLogEntry,
  type ReadTime,
  type WriteTime,
} from '../../core/plugin-registry/index.js';
import { startStripeFake, type Billed, type StripeFake, type StripeFakeOptions } from './fake-platform.js';

/**
 * A fake Stripe with the connector and the gateway in front of it, through the registry's own sockets: what the hub uses, and nothing else.
 */
export interface Bench {
  readonly fake: StripeFake;
  readonly connector: ConnectorUse;
  readonly gateway: GatewayUse;
  /** What the plugins logged. */
  readonly logged: readonly PluginLogEntry[];
  /** The same connection under another key or mode, or with options. */
  connectorWith(change: {
    readonly apiKey?: string;
    readonly mode?: 'test' | 'live';
    readonly options?: Readonly<Record<string, unknown>>;
  }): ConnectorUse;
  gatewayWith(apiKey: string): GatewayUse;
  close(): Promise<void>;
}

export const WEBHOOK_SECRET = 'whsec_of_the_bench';

export const openBench = async (options: StripeFakeOptions = {}): Promise<Bench> => {
  const fake = await startStripeFake(options);
  const logged: PluginLogEntry[] = [];
  const plugins = definePlugins({
    connectors: { 'stripe-billing': () => import('./index.js') },
    gateways: { stripe: () => import('./index.js') },
  });
  const registry = await loadPlugins(plugins, {
    wallNow: () => new Date(),
    routes: new Map([['api.stripe.com', new URL(fake.url)]]),
    log: (entry) => logged.push(entry),
  });
  const facts = { connectionId: 'con_1', clientId: 'client_1' };
  const connectorWith: Bench['connectorWith'] = ({ apiKey = fake.apiKey, mode = 'test', options = {} }) => {
    const parsed = registry.connector('stripe-billing')?.parseConfig({ apiKey, webhookSecrets: [WEBHOOK_SECRET], ...options });
    if (parsed?.ok !== true) throw new Error('the example configuration was refused');
    return registry.useConnector(
      'stripe-billing',
      { ...facts, mode, config: parsed.config },
      { connectionMode: 'active', revision: `${mode} ${apiKey} ${JSON.stringify(options)}` },
    );
  };
  const gatewayWith: Bench['gatewayWith'] = (apiKey) => {
    const parsed = registry.gateway('stripe')?.parseConfig({ apiKey });
    if (parsed?.ok !== true) throw new Error('the example configuration was refused');
    return registry.useGateway('stripe', { ...facts, mode: 'test', config: parsed.config }, { revision: apiKey });
  };
  return {
    fake,
    connector: connectorWith({}),
    gateway: gatewayWith(fake.apiKey),
    logged,
    connectorWith,
    gatewayWith,
    close: async () => {
      await registry.close();
      await fake.close();
    },
  };
};

export const readTime = (ms = 5000): ReadTime => ({ deadline: new Date(Date.now() + ms) });
export const writeTime = (ms = 5000): WriteTime => ({ deadline: new Date(Date.now() + ms), sendBefore: new Date(Date.now() + ms) });

/** The value of a guarded call; its error is thrown. */
export const valueOf = async <T>(answer: Promise<CallResult<T>>): Promise<T> => {
  const result = await answer;
  if (result.ok) return result.value;
  throw result.error;
};

export const invoiceOf = (billed: Billed) => ({ ref: billed.invoice, subscriptionRef: billed.subscription, customerRef: billed.customer });

let cases = 0;

/** What the core asks for: the invoice read first, a key minted once. */
export const collectRequest = async (bench: Bench, billed: Billed, attempt = 1): Promise<CollectRequest> => {
  const before: InvoiceState = await valueOf(bench.connector.invoices.read(invoiceOf(billed), readTime()));
  cases += 1;
  const key = `01KTESTCASE${String(cases).padStart(15, '0')}-${attempt}`;
  return { once: { key, firstTriedAt: new Date(), ourReference: key }, invoice: invoiceOf(billed), amount: before.due, before };
};

/** The requests to move money that the fake received for a debt. */
export const moneyRequests = (bench: Bench, debtId: string) =>
  bench.fake.world.ledger().debts.find((debt) => debt.debtId === debtId)?.requests ?? [];
