import { definePlugins, type CollectRequest, type InvoiceState, type PaymentToRecord } from '../../core/connector-kit/index.js';
import {
  loadPlugins,
  type CallResult,
  type ConnectorUse,
  type PluginLogEntry,
  type ReadTime,
  type WriteTime,
} from '../../core/plugin-registry/index.js';
import { startChargebeeFake, type Billed, type ChargebeeFake, type ChargebeeFakeOptions } from './fake-platform.js';

/** A fake site with the connector in front of it, through the registry's own sockets: what the hub uses, and nothing else. */
export interface Bench {
  readonly fake: ChargebeeFake;
  readonly connector: ConnectorUse;
  /** What the plugin logged. */
  readonly logged: readonly PluginLogEntry[];
  /** The same connection under another key or mode, or with options. */
  connectorWith(change: {
    readonly apiKey?: string;
    readonly mode?: 'test' | 'live';
    readonly connectionMode?: 'active' | 'observe';
    readonly options?: Readonly<Record<string, unknown>>;
  }): ConnectorUse;
  close(): Promise<void>;
}

export const WEBHOOK_USER = 'hub';
export const WEBHOOK_PASSWORD = 'password-of-the-bench';

export const openBench = async (options: ChargebeeFakeOptions = {}): Promise<Bench> => {
  const fake = await startChargebeeFake(options);
  const logged: PluginLogEntry[] = [];
  const plugins = definePlugins({ connectors: { chargebee: () => import('./index.js') }, gateways: {} });
  const registry = await loadPlugins(plugins, {
    wallNow: () => new Date(),
    routes: new Map([[`${fake.site}.chargebee.com`, new URL(fake.url)]]),
    log: (entry) => logged.push(entry),
  });
  const facts = { connectionId: 'con_1', clientId: 'client_1' };
  const connectorWith: Bench['connectorWith'] = ({ apiKey = fake.apiKey, mode = 'test', connectionMode = 'active', options: more = {} }) => {
    const credentials = { site: fake.site, apiKey, webhookUser: WEBHOOK_USER, webhookPasswords: [WEBHOOK_PASSWORD], requestsPerMinute: 3000 };
    const parsed = registry.connector('chargebee')?.parseConfig({ ...credentials, ...more });
    if (parsed?.ok !== true) throw new Error('the example configuration was refused');
    return registry.useConnector(
      'chargebee',
      { ...facts, mode, config: parsed.config },
      { connectionMode, revision: `${mode} ${connectionMode} ${apiKey} ${JSON.stringify(more)}` },
    );
  };
  return {
    fake,
    connector: connectorWith({}),
    logged,
    connectorWith,
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

/** A part of the connector that must be there. */
export const present = <T>(part: T | undefined): T => {
  if (part === undefined) throw new Error('the connector lacks this part');
  return part;
};

export const refOf = ({ invoice, subscription, customer }: Billed) => ({
  ref: invoice, customerRef: customer, ...(subscription === null ? {} : { subscriptionRef: subscription }),
});

export const readInvoice = (bench: Bench, billed: Billed): Promise<InvoiceState> => valueOf(bench.connector.invoices.read(refOf(billed), readTime()));

/** A usual renewal whose first charge fails. */
export const billFailing = (bench: Bench, order: Partial<Parameters<ChargebeeFake['world']['bill']>[0]> = {}): Billed =>
  bench.fake.world.bill({ label: 'renewal', amount: 4900, currency: 'USD', card: { results: ['insufficient_funds', 'success'] }, ...order });

let duties = 0;

/** A key as the core mints one, for one duty. */
export const onceMore = () => {
  duties += 1;
  const key = `01KTESTCASE${String(duties).padStart(15, '0')}-1`;
  return { key, firstTriedAt: new Date(), ourReference: key };
};

/** What the core asks for: the invoice read first, a key minted once. */
export const collectRequest = async (bench: Bench, billed: Billed): Promise<CollectRequest> => {
  const before = await readInvoice(bench, billed);
  return { once: onceMore(), invoice: refOf(billed), amount: before.due, before };
};

/** A charge of ours at a gateway, of all that is due. */
export const paymentOf = async (bench: Bench, billed: Billed, change: Partial<PaymentToRecord> = {}): Promise<PaymentToRecord> => ({
  once: onceMore(), invoice: refOf(billed), amount: (await readInvoice(bench, billed)).due, chargedAt: new Date(), gatewayRefs: ['ch_of_our_gateway'],
  gatewayType: 'stripe', token: { gatewayType: 'stripe', gatewayAccountRef: 'gw_FakeStripe', methodRef: 'card_1' }, ...change,
});

/** The debt in the fake's ledger. */
export const debtOf = (bench: Bench, { invoice }: Billed) => present(bench.fake.world.ledger().debts.find((debt) => debt.debtId === invoice));

/** An event of the fake by its type: the newest. */
export const eventOf = (bench: Bench, type: string) => present(bench.fake.world.events().findLast((event) => event.event_type === type));

/** What the connector understands of the newest event of a type. */
export const understood = (bench: Bench, type: string) => {
  const event = eventOf(bench, type);
  const pointer = { type: 'pointer', kind: 'event', refs: { event: event.id, eventType: type }, occurredAt: new Date(event.occurred_at * 1000) } as const;
  return valueOf(present(bench.connector.understand)(pointer, readTime()));
};
