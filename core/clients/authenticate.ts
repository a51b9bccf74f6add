import type { Desk } from './desk.js';
import type { ClientKeyDocument } from './client-key.model.js';
import { toClient, type ClientDocument } from './client.model.js';
import { digestOfKey } from './issued-secrets.js';
import { requireKnownFormat } from './newer-format.js';
import type { Authenticated } from './records.js';

const USED_EVERY_MS = 60_000;

/** Who holds an API key, read now; undefined when it is unknown or revoked. A suspended client is answered: what it may do is the caller's to say. */
export const authenticate = async (desk: Desk, apiKey: string): Promise<Authenticated | undefined> => {
  if (apiKey.length < 8 || apiKey.length > 200) return undefined;
  const key = await desk.keys.findOne({ digest: digestOfKey(apiKey) }).lean<ClientKeyDocument>();
  const now = desk.clock.wallNow();
  if (key === null || (key.revokedAt !== null && key.revokedAt <= now)) return undefined;
  requireKnownFormat('Key', key);
  const client = await desk.clients.findById(key.clientId).lean<ClientDocument>();
  if (client === null) return undefined;
  if (key.lastUsedAt === null || now.getTime() - key.lastUsedAt.getTime() >= USED_EVERY_MS) {
    // the call is genuine whether or not this can be noted
    await desk.keys.updateOne({ _id: key._id }, { $set: { lastUsedAt: now } }).catch(() => undefined);
  }
  return { client: toClient(client), keyId: key._id, kind: key.kind };
};
