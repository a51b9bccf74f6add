import { z } from 'zod';
import {
  checkBasic,
  CONTRACT_VERSION,
  defineConnector,
  secret,
  type ConnectorDefinition,
  type InvoiceState,
  type PluginIo,
  type Secret,
} from '../../core/connector-kit/index.js';
import { post, SAMPLE_HOST } from './sample-gateway.js';

/** What a merchant enters for the sample connector. */
export interface SampleConnectorConfig {
  readonly apiKey: Secret;
  readonly webhookPassword: Secret;
}

/** An open invoice over one euro. */
export const OPEN_INVOICE: InvoiceState = { state: 'open', due: { minor: 100, currency: 'EUR' }, payments: [], paymentsComplete: true };

/** A connector that reads by GET, searches by POST and collects by POST; every member can be replaced. */
export const sampleConnector = (
  over: Partial<ConnectorDefinition<SampleConnectorConfig, PluginIo>> = {},
): ConnectorDefinition<SampleConnectorConfig, PluginIo> =>
  defineConnector<SampleConnectorConfig, PluginIo>({
    id: 'sample-billing',
    displayName: 'Sample Billing',
    contract: CONTRACT_VERSION,
    configSchema: z.strictObject({ apiKey: secret(), webhookPassword: secret() }),
    mode: () => 'undeclared',
    hosts: () => [SAMPLE_HOST],
    readRequests: [{ method: 'POST', path: '/sites/{site}/search' }],
    limits: () => ({ perMinute: 6000, concurrent: 10 }),
    open: (_, io) => io,
    webhook: {
      verify: (delivery, { config }) => {
        const proof = checkBasic(delivery.headers.get('authorization'), 'hub', config.webhookPassword.reveal());
        return proof === 'proved'
          ? { genuine: true, deliveryId: delivery.headers.get('x-delivery') ?? '' }
          : { genuine: false, reason: proof };
      },
      parse: (delivery) => [{ type: 'ignored', platformType: Buffer.from(delivery.body).toString(), occurredAt: new Date(0) }],
    },
    invoices: {
      read: async (invoice, { session }) => {
        await post(session, `/invoices/${invoice.ref}`, '', {}, SAMPLE_HOST, 443, 'GET');
        return OPEN_INVOICE;
      },
    },
    paymentMethods: { mode: 'held_by_platform', why: 'for this test' },
    dunning: { mode: 'harmless', why: 'for this test' },
    collection: {
      collectNow: async (request, { session }) => {
        const answer = await post(session, `/invoices/${request.invoice.ref}/pay`, '{}', { 'idempotency-key': request.once.key });
        return answer.status === 409
          ? { status: 'already_paid' }
          : { status: 'approved', gatewayRefs: ['ch_1'], amount: request.amount, provisional: false };
      },
      findCollection: async () => ({ status: 'absent' }),
      protection: () => ({ absentIsFinalAfterMs: 60_000, kind: 'single_use_object' }),
    },
    settlement: { mode: 'platform_detects' },
    checkHealth: async (context) => {
      await post(context.session, '/sites/eu-1/search', '{}');
      return { findings: [] };
    },
    ...over,
  });
