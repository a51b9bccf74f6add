import type { Storage } from '../storage/index.js';
import { dueNow } from './connection-duty.js';
import type { ConnectionDocument } from './connection.model.js';
import { createEpochCache } from './epochs.js';

/**
 * Ends a disconnect whose platform has shut us out: the credentials go and the account is free for another connection, although cases still owe it something.
 * They are told, and take what can no longer be called for done. Needs no plugin and no key. `now` is wall time.
 */
export const abandonDisconnect = async (storage: Storage, connectionId: string, now: Date): Promise<'abandoned' | 'not_disconnecting'> => {
  const duty = dueNow(connectionId);
  const { matchedCount } = await storage.collection<ConnectionDocument>('connections').updateOne({ _id: connectionId, v: 1, state: 'disconnecting' }, {
    $set: { state: 'disconnected', sealed: null, updatedAt: now, ...duty.$set }, $unset: { platformAccountRef: '', leaseUntil: '' }, $inc: { revision: 1, ...duty.$inc },
  });
  await createEpochCache(storage).bump();
  return matchedCount === 1 ? 'abandoned' : 'not_disconnecting';
};
