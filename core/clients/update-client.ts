import { z } from 'zod';
import type { Desk } from './desk.js';
import { checkWebhookTarget } from './create-client.js';
import { toClient, type ClientDocument } from './client.model.js';
import { clientSettingsChange, type ClientSettingsInput } from './client-settings.js';
import { oneOf, textUpTo } from './expectations.js';
import { readInput } from './read-input.js';
import type { Client, ClientStatus } from './records.js';
import { Conflict, NotFound } from './refusals.js';

const clientChange = z.looseObject({ businessName: textUpTo(200).optional(), status: oneOf(['active', 'suspended']).optional() }, { error: 'an object' });

/** A change of a client: only the members named. */
export type ClientChange = ClientSettingsInput & { readonly businessName?: string | undefined; readonly status?: ClientStatus | undefined };

/** @throws InvalidInput, NotFound, Conflict when somebody else changed the client meanwhile */
export const updateClient = async (desk: Desk, clientId: string, entered: ClientChange): Promise<Client> => {
  const { businessName, status, ...rest } = readInput(clientChange, entered);
  const change = readInput(clientSettingsChange, rest);
  const stored = await desk.clients.findById(clientId).lean<ClientDocument>();
  if (stored === null) throw new NotFound(`There is no client ${clientId}.`);
  const named = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const next: ClientDocument = {
    ...stored, businessName: businessName ?? stored.businessName, status: status ?? stored.status, settings: { ...stored.settings, ...named }, updatedAt: desk.clock.wallNow(),
  };
  const client = toClient(next);
  if ('webhookUrl' in named || 'notificationChannels' in named) await checkWebhookTarget(desk, client.settings);
  const { matchedCount } = await desk.clients.updateOne({ _id: clientId, revision: stored.revision }, {
    $set: { businessName: next.businessName, status: next.status, settings: next.settings, updatedAt: next.updatedAt }, $inc: { revision: 1 },
  });
  if (matchedCount === 0) throw new Conflict('The client was changed by somebody else meanwhile. Look at it and try again.');
  await desk.cache.bump();
  return client;
};
