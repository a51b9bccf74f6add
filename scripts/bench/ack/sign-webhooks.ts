import { createHmac, randomBytes } from 'node:crypto';

/** One webhook as a platform sends it. */
export interface SignedWebhook { readonly body: Buffer; readonly headers: Readonly<Record<string, string>> }

const bodyBytes = 1024;

const eventOf = (id: string): string => {
  const event = {
    id, object: 'event', api_version: '2025-09-30.clover', created: Math.floor(Date.now() / 1000), livemode: false, pending_webhooks: 1, type: 'invoice.payment_failed',
    request: { id: null, idempotency_key: null }, data: { object: { id: `in_${id.slice(4)}`, object: 'invoice', customer: `cus_${id.slice(4, 18)}`, status: 'open', amount_due: 4900, currency: 'usd' } },
    padding: '',
  };
  event.padding = 'x'.repeat(Math.max(0, bodyBytes - Buffer.byteLength(JSON.stringify(event))));
  return JSON.stringify(event);
};

/** So many different webhooks of 1 KB, signed now. */
export const signWebhooks = (count: number, secret: string): readonly SignedWebhook[] => Array.from({ length: count }, () => {
  const body = Buffer.from(eventOf(`evt_${randomBytes(12).toString('hex')}`));
  const time = String(Math.floor(Date.now() / 1000));
  const proof = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
  return { body, headers: { 'content-type': 'application/json', 'stripe-signature': `t=${time},v1=${proof}` } };
});
