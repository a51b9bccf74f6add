import { randomUUID } from 'node:crypto';
import { ulid } from 'ulid';
import type { Desk } from './desk.js';
import { toClient, type ClientDocument } from './client.model.js';
import { clientSettings, type ClientSettings } from './client-settings.js';
import { checkGateways, insertGateways, requireMode } from './gateway-accounts.js';
import { createClientInput, type CreateClientInput } from './inputs.js';
import { digestOfKey, issueKey, issueSigningSecret } from './issued-secrets.js';
import { signingSecretContext } from './open-credentials.js';
import { readInput, shown } from './read-input.js';
import type { Client, KeyKind } from './records.js';
import { InvalidInput } from './refusals.js';
import { judgeTargetNow } from './webhook-target.js';
import { webhookUrlOf } from './webhook-urls.js';

/** A new client with its secrets: this is the only time they are shown. */
export interface CreatedClient {
  readonly client: Client;
  readonly apiKey: string;
  readonly publishableKey: string;
  readonly webhookSigningSecret: string;
  /** By connector: where its platform posts, once the client has a connection there. */
  readonly connectorWebhookUrls: Readonly<Record<string, string>>;
}

/** @throws InvalidInput when events have nowhere to go, or would go where they may not */
export const checkWebhookTarget = async (desk: Desk, settings: ClientSettings): Promise<void> => {
  const { webhookUrl, notificationChannels } = settings;
  if (webhookUrl === null) {
    if (!notificationChannels.includes('WEBHOOK')) return;
    throw new InvalidInput({ param: 'webhookUrl', found: 'nothing', expected: 'an https URL while notificationChannels has WEBHOOK' });
  }
  const verdict = await judgeTargetNow(webhookUrl, desk.settings.env);
  // the query of a URL may hold a token
  if (!verdict.allowed) throw new InvalidInput({ param: 'webhookUrl', found: shown(webhookUrl.split('?')[0]), expected: verdict.expected });
};

/** Creates a client. The record of the client is written last: until then its keys open nothing. */
export const createClient = async (desk: Desk, entered: CreateClientInput): Promise<CreatedClient> => {
  const { businessName, mode: named, gateways: gatewayInputs = [], ...rest } = readInput(createClientInput, entered);
  const settings = readInput(clientSettings, rest);
  if (named === 'live' && desk.settings.env !== 'production') {
    throw new InvalidInput({ param: 'mode', found: '"live"', expected: '"test": live clients exist only with HUB_ENV=production' });
  }
  const gateways = checkGateways(desk, gatewayInputs);
  const mode = named ?? gateways[0]?.mode;
  if (mode === undefined) throw new InvalidInput({ param: 'mode', found: 'nothing', expected: 'test or live, as there is no gateway that reveals it' });
  requireMode(gateways, mode);
  const known = gateways.findIndex((gateway) => gateway.known);
  if (known >= 0) throw new InvalidInput({ param: `gateways[${String(known)}].gatewayAccountId`, found: 'a value', expected: 'left out for a new client' });
  await checkWebhookTarget(desk, settings);

  const clientId = randomUUID();
  const now = desk.clock.wallNow();
  const apiKey = issueKey('secret');
  const publishableKey = issueKey('publishable');
  const webhookSigningSecret = issueSigningSecret();
  const storeKey = (kind: KeyKind, key: string) =>
    desk.keys.create({ _id: ulid(), v: 1, clientId, digest: digestOfKey(key), kind, label: 'first', createdAt: now, revokedAt: null, lastUsedAt: null });
  await insertGateways(desk, clientId, gateways, now);
  await storeKey('secret', apiKey);
  await storeKey('publishable', publishableKey);
  const document: ClientDocument = {
    _id: clientId,
    v: 1,
    businessName,
    mode,
    status: 'active',
    settings,
    signingSecrets: [{ sealed: desk.vault.seal(webhookSigningSecret, signingSecretContext(clientId)), createdAt: now }],
    gatewayAccountIds: gateways.map(({ gatewayAccountId }) => gatewayAccountId),
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  await desk.clients.create(document);
  await desk.cache.bump();
  const urls = desk.registry.connectorIds().map((slug) => [slug, webhookUrlOf(desk, slug, clientId)] as const);
  return { client: toClient(document), apiKey, publishableKey, webhookSigningSecret, connectorWebhookUrls: Object.fromEntries(urls) };
};
