import { join } from 'node:path';
import { z } from 'zod';
import type { Billed, Delivery, Fault, LedgerReport, World } from '../../../connectors/stripe-billing/fake-platform.js';
import { startProcess } from '../../../scripts/demo/process.js';
import type { Teardown } from '../../../scripts/demo/teardown.js';
import { readStripeRefunds, type StripeRefund } from '../evidence/stripe-refunds.js';

type Order<Name extends keyof World> = Parameters<World[Name]>[0];

/** The doors of the Stripe fake in a process of its own. */
export interface StripeFakeProcess {
  readonly url: string;
  bill(order: Order<'bill'>): Promise<Billed>;
  billElsewhere(order: Order<'billElsewhere'>): Promise<Billed>;
  addCustomer(order: Order<'addCustomer'>): Promise<{ readonly customer: string; readonly paymentMethod: string }>;
  registerWebhook(order: Order<'registerWebhook'>): Promise<void>;
  setProcessingMs(ms: number): Promise<void>;
  inject(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  ledger(): Promise<LedgerReport>;
  refunds(): Promise<readonly StripeRefund[]>;
  deliveries(): Promise<readonly Delivery[]>;
}

const billed = z.object({ customer: z.string(), subscription: z.string(), invoice: z.string(), olderInvoice: z.string(), paymentMethod: z.string() });
const customerShape = z.object({ customer: z.string(), paymentMethod: z.string() });
const ready = z.object({ ready: z.literal(true), url: z.url() });

/** Starts it on the clock of the hub it stands beside. */
export const startStripeFakeProcess = async (options: {
  readonly scale: number; readonly origin: Date; readonly apiKey: string; readonly log: string; readonly teardown: Teardown;
}): Promise<StripeFakeProcess> => {
  const { ready: { url } } = await startProcess({
    name: 'the Stripe fake', file: join(process.cwd(), 'dist/connectors/stripe-billing/fake-platform/serve.js'), log: options.log, teardown: options.teardown, ready,
    env: { FAKE_STRIPE_TIME_SCALE: String(options.scale), FAKE_STRIPE_TIME_ORIGIN: options.origin.toISOString(), FAKE_STRIPE_API_KEY: options.apiKey },
  });
  const ask = async (method: 'GET' | 'POST', name: string, order?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/_fake/${name}`, { method, signal: AbortSignal.timeout(10_000), ...(order === undefined ? {} : { body: JSON.stringify(order) }) });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`The Stripe fake refused ${name}: ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    url,
    bill: async (order) => billed.parse(await ask('POST', 'bill', order)),
    billElsewhere: async (order) => billed.parse(await ask('POST', 'billElsewhere', order)),
    addCustomer: async (order) => customerShape.parse(await ask('POST', 'addCustomer', order)),
    registerWebhook: async (order) => { await ask('POST', 'registerWebhook', order); },
    setProcessingMs: async (ms) => { await ask('POST', 'setProcessingMs', { ms }); },
    inject: async (fault) => { await ask('POST', 'inject', fault); },
    clearFaults: async () => { await ask('POST', 'clearFaults', {}); },
    refunds: () => readStripeRefunds({ url, apiKey: options.apiKey }),
    ledger: async () => (await ask('GET', 'ledger')) as LedgerReport,
    deliveries: async () => (await ask('GET', 'deliveries')) as readonly Delivery[],
  };
};
