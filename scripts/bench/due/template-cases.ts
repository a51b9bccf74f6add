import { setTimeout as wait } from 'node:timers/promises';
import type { CaseDocument } from '../../../core/cases/index.js';
import type { CaseHub } from './open-case-hub.js';

/** A case as the product wrote it, waiting for its second charge, with the ledger of its card. */
export interface Template { readonly document: CaseDocument; readonly ledger: Readonly<Record<string, unknown>> }

const declinedOnce = 'tok_decline_insufficient_funds_then_success';
const patienceMs = 10_000;

/** Opens one case for each of so many clients through the product's own door: each was declined once and is scheduled again. */
export const openTemplates = async (hub: CaseHub, clients: number): Promise<readonly Template[]> => {
  const templates: Template[] = [];
  for (let n = 0; n < clients; n += 1) {
    const { client } = await hub.clients.create({
      businessName: `Merchant ${String(n + 1)}`, webhookUrl: 'https://merchant.example/events', gateways: [{ type: 'test', credentials: {} }],
    });
    const opened = await hub.recovery.execute({
      clientId: client.clientId, tokenText: declinedOnce, amount: { minor: 4900, currency: 'USD' }, idempotencyKey: `order-${String(n)}`,
      invoiceId: `INV-${String(n)}`, customerEmail: 'ada@example.com',
    });
    if (opened.status !== 'opened') throw new Error(`A first case could not be opened: ${JSON.stringify(opened)}`);
    templates.push(await settled(hub, client.clientId));
  }
  return templates;
};

/** Waits until the opening hold has released the case. */
const settled = async (hub: CaseHub, clientId: string): Promise<Template> => {
  const until = performance.now() + patienceMs;
  for (;;) {
    const document = await hub.cases.findOne({ clientId });
    if (document?.holder === null && document.due.step) {
      const ledger = await hub.storage.collection('card_ledger').findOne({ clientId });
      if (!ledger) throw new Error('The first case has no card ledger');
      return { document, ledger };
    }
    if (performance.now() > until) throw new Error(`The first case was not scheduled again: it is ${document?.status ?? 'gone'}`);
    await wait(20);
  }
};
