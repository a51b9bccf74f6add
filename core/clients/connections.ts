import { ulid } from 'ulid';
import { duplicateKeyOf } from '../storage/index.js';
import { askOnce } from './ask-health.js';
import { checkConnection, type CheckedConnection } from './check-connection.js';
import type { Desk } from './desk.js';
import { toClient, type ClientDocument } from './client.model.js';
import { noteCheck } from './connection-check.js';
import { dueNow } from './connection-duty.js';
import { toConnectionRecord, type ConnectionDocument } from './connection.model.js';
import { holdsBackActive } from './holds-back-active.js';
import { connectionInput, type ConnectionInput } from './inputs.js';
import { connectionContext, openStoredConnection, type OpenedConnection } from './open-credentials.js';
import { readInput } from './read-input.js';
import type { ConnectionSet, ConnectionView } from './records.js';
import { Conflict, NotFound } from './refusals.js';
import { webhookUrlOf } from './webhook-urls.js';

const ROUNDS = 5;

const accountTaken = (displayName: string) =>
  new Conflict(`This ${displayName} account already has a connection in this hub. An account has one connection; disconnect the other first.`);

/** Whether the platform is asked before a connection is stored. `skip` grants what was requested unseen. */
export type HealthQuestion = 'ask' | 'skip';

/**
 * Sets a client's connection to a platform: makes it, changes it, or brings a disconnected one back. The platform is asked before it is stored, so that
 * a connection is at no moment active on credentials that do not work. One that is being disconnected takes new credentials only, and goes on leaving:
 * what it owes is tried with them at once.
 * @throws InvalidInput, NotFound, Conflict
 */
export const setConnection = async (desk: Desk, clientId: string, slug: string, entered: ConnectionInput, health: HealthQuestion): Promise<ConnectionSet> => {
  const input = readInput(connectionInput, entered);
  const ask = askOnce(desk, clientId, slug);
  for (let round = 0; round < ROUNDS; round += 1) {
    const stored = await desk.clients.findById(clientId).lean<ClientDocument>();
    if (stored === null) throw new NotFound(`There is no client ${clientId}.`);
    const existing = await desk.connections.findOne({ platform: slug, urlKey: clientId }).lean<ConnectionDocument>();
    if (existing !== null) toConnectionRecord(existing);
    const checked = checkConnection(desk, toClient(stored), slug, input, existing);
    const needs = health === 'ask' ? await ask(checked) : [];
    const granted = checked.mode === 'active' && existing?.state !== 'disconnecting' && needs.some(holdsBackActive) ? { ...checked, mode: 'observe' as const } : checked;
    const written = existing === null ? await insertConnection(desk, clientId, slug, granted) : await changeConnection(desk, existing, granted);
    if (written === undefined) continue;
    await desk.cache.bump();
    await noteCheck(desk.checks, { connectionId: written._id, clientId }, health === 'ask' ? needs : undefined, desk.clock.wallNow());
    return { ...viewConnection(desk, written), requestedMode: checked.mode, health: health === 'ask' ? 'asked' : 'skipped', needs };
  }
  throw new Conflict(`The connection to ${slug} is being changed by others at this moment. Try again.`);
};

/** Undefined: another process made the client's first connection meanwhile. */
const insertConnection = async (desk: Desk, clientId: string, platform: string, checked: CheckedConnection): Promise<ConnectionDocument | undefined> => {
  const now = desk.clock.wallNow();
  const connectionId = ulid();
  const document: ConnectionDocument = {
    _id: connectionId,
    v: 1,
    clientId,
    platform,
    urlKey: clientId,
    mode: checked.mode,
    state: 'active',
    accountMode: checked.accountMode,
    options: checked.options,
    sealed: desk.vault.seal(JSON.stringify(checked.config), connectionContext(connectionId)),
    ...(checked.platformAccountRef === undefined ? {} : { platformAccountRef: checked.platformAccountRef }),
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  try {
    await desk.connections.create(document);
    return document;
  } catch (error) {
    const key = duplicateKeyOf(error);
    if (key?.includes('platformAccountRef')) throw accountTaken(checked.displayName);
    if (key) return undefined;
    throw error;
  }
};

/** Undefined: it was changed meanwhile. One that charges no more, works again, or can pay again what it owes, has its cases told so. */
const changeConnection = async (desk: Desk, existing: ConnectionDocument, checked: CheckedConnection): Promise<ConnectionDocument | undefined> => {
  const duty = dueNow(existing._id);
  const stopsCharging = existing.state === 'active' && existing.mode === 'active' && checked.mode !== 'active';
  const worksAgain = checked.mode !== 'observe' && (existing.state !== 'active' || existing.mode !== checked.mode);
  const leaving = existing.state === 'disconnecting';
  const tells = stopsCharging || worksAgain || leaving;
  try {
    const changed = await desk.connections.findOneAndUpdate(
      { _id: existing._id, revision: existing.revision },
      {
        $set: {
          mode: checked.mode,
          state: leaving ? 'disconnecting' : 'active',
          accountMode: checked.accountMode,
          options: checked.options,
          sealed: desk.vault.seal(JSON.stringify(checked.config), connectionContext(existing._id)),
          ...(checked.platformAccountRef === undefined ? {} : { platformAccountRef: checked.platformAccountRef }),
          updatedAt: desk.clock.wallNow(),
          ...(tells ? duty.$set : {}),
        },
        $inc: { revision: 1, ...(tells ? duty.$inc : {}) },
      },
      { returnDocument: 'after' },
    ).lean<ConnectionDocument>();
    return changed ?? undefined;
  } catch (error) {
    if (duplicateKeyOf(error)?.includes('platformAccountRef')) throw accountTaken(checked.displayName);
    throw error;
  }
};

/** A connection as it may be shown. */
export const viewConnection = (desk: Desk, document: ConnectionDocument): ConnectionView => ({
  ...toConnectionRecord(document), webhookUrl: webhookUrlOf(desk, document.platform, document.urlKey),
});

const openedByUrl = new WeakMap<ConnectionDocument, OpenedConnection>();

/** The connection a webhook URL names, at most a second old; undefined for unknown and disconnected ones. It is opened once, and forgotten with what was read. */
export const connectionByUrlKey = async (desk: Desk, slug: string, key: string): Promise<OpenedConnection | undefined> => {
  if (slug.length > 64 || key.length > 64) return undefined;
  const document = await desk.cache.get(`url/${slug}/${key}`, async () =>
    (await desk.connections.findOne({ platform: slug, urlKey: key }).lean<ConnectionDocument>()) ?? undefined);
  if (document === undefined || document.state === 'disconnected') return undefined;
  const known = openedByUrl.get(document);
  if (known) return known;
  const opened = openStoredConnection(document, desk.vault, desk.registry);
  if (opened) openedByUrl.set(document, opened);
  return opened;
};

/** Begins to disconnect: from now on nothing new is started on it, and its cases are told by whoever works. Repeating it changes nothing. */
export const beginDisconnect = async (desk: Desk, connectionId: string): Promise<void> => {
  const duty = dueNow(connectionId);
  await desk.connections.updateOne({ _id: connectionId, v: 1, state: 'active' }, {
    $set: { state: 'disconnecting', updatedAt: desk.clock.wallNow(), ...duty.$set }, $inc: { revision: 1, ...duty.$inc },
  });
  await desk.cache.bump();
};

/** Ends it, once nothing is taken over, unsettled or unrefunded any more: the credentials go and the account is free for another connection. */
export const finishDisconnect = async (desk: Desk, connectionId: string): Promise<void> => {
  await desk.connections.updateOne({ _id: connectionId, v: 1, state: 'disconnecting' }, {
    $set: { state: 'disconnected', sealed: null, updatedAt: desk.clock.wallNow() }, $unset: { platformAccountRef: 1 }, $inc: { revision: 1 },
  });
  await desk.cache.bump();
};
