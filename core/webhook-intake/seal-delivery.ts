import { z } from 'zod';
import type { Vault } from '../clients/index.js';
import type { WebhookDelivery } from '../connector-kit/index.js';

/** Proof and transport, of no use once a delivery is proven. */
const dropped: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie', 'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host']);

const stored = z.object({
  method: z.enum(['POST', 'GET']),
  topic: z.string().optional(),
  query: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.base64(),
});

/** What binds sealed values to their delivery. */
export const deliveryContext = (id: string): string => `deliveries/${id}`;

/** Seals what a platform sent, to rest under the delivery's id. */
export const sealDelivery = (id: string, delivery: WebhookDelivery, vault: Pick<Vault, 'seal'>): string => vault.seal(JSON.stringify({
  method: delivery.method,
  topic: delivery.topic,
  query: delivery.query.toString(),
  headers: [...delivery.headers].filter(([name]) => !dropped.has(name)),
  body: Buffer.from(delivery.body.buffer, delivery.body.byteOffset, delivery.body.byteLength).toString('base64'),
} satisfies z.input<typeof stored>), deliveryContext(id));

/** Brings a delivery back. @throws VaultError when it does not open */
export const openDelivery = (document: { readonly _id: string; readonly sealed: string; readonly receivedAt: Date }, vault: Pick<Vault, 'open'>): WebhookDelivery => {
  const { method, topic, query, headers, body } = stored.parse(JSON.parse(vault.open(document.sealed, deliveryContext(document._id))));
  return {
    method,
    ...(topic === undefined ? {} : { topic }),
    query: new URLSearchParams(query),
    headers: new Headers(headers),
    body: new Uint8Array(Buffer.from(body, 'base64')),
    receivedAt: document.receivedAt,
  };
};
