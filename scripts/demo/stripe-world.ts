import { z } from 'zod';
import type { Billed, Delivery, Fault, LedgerReport, World } from '../../connectors/stripe-billing/fake-platform.js';

type Order<Name extends keyof World> = Parameters<World[Name]>[0];

/** The world control of the Stripe stand-in, over HTTP. */
export interface StripeWorld {
  bill(order: Order<'bill'>): Promise<Billed>;
  updateCard(order: Order<'updateCard'>): Promise<void>;
  payElsewhere(order: Order<'payElsewhere'>): Promise<void>;
  voidInvoice(order: Order<'voidInvoice'>): Promise<void>;
  smartRetryBeforeNextPay(order: Order<'smartRetryBeforeNextPay'>): Promise<void>;
  registerWebhook(order: Order<'registerWebhook'>): Promise<void>;
  setProcessingMs(order: Order<'setProcessingMs'>): Promise<void>;
  inject(fault: Fault): Promise<void>;
  ledger(): Promise<LedgerReport>;
  deliveries(): Promise<readonly Delivery[]>;
}

const billedShape = z.object({
  customer: z.string(), subscription: z.string(), invoice: z.string(), olderInvoice: z.string(), paymentMethod: z.string(),
});

const callOf = (url: string) => async (method: 'GET' | 'POST', name: string, order?: unknown): Promise<unknown> => {
  const response = await fetch(`${url}/_fake/${name}`, {
    method, signal: AbortSignal.timeout(5000), ...(order === undefined ? {} : { body: JSON.stringify(order) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`The Stripe stand-in refused ${name}: ${JSON.stringify(answer)}`);
  return answer;
};

/** The world control at `url`. What it answers is our own code's, written in the types of its door. */
export const stripeWorldAt = (url: string): StripeWorld => {
  const call = callOf(url);
  const command = (name: keyof World) => async (order: unknown): Promise<void> => void (await call('POST', name, order));
  return {
    bill: async (order) => billedShape.parse(await call('POST', 'bill', order)),
    updateCard: command('updateCard'),
    payElsewhere: command('payElsewhere'),
    voidInvoice: command('voidInvoice'),
    smartRetryBeforeNextPay: command('smartRetryBeforeNextPay'),
    registerWebhook: command('registerWebhook'),
    setProcessingMs: command('setProcessingMs'),
    inject: command('inject'),
    ledger: async () => (await call('GET', 'ledger')) as LedgerReport,
    deliveries: async () => (await call('GET', 'deliveries')) as readonly Delivery[],
  };
};
