import type { Storage } from '../storage/index.js';

/** Whether a connection of this id was ever made in this database. Needs no plugin and no key. */
export const isKnownConnection = async (storage: Storage, connectionId: string): Promise<'yes' | 'no'> =>
  ((await storage.collection<{ _id: string }>('connections').findOne({ _id: connectionId }, { projection: { _id: 1 } })) ? 'yes' : 'no');
