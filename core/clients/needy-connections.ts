import type { HealthFinding } from '../connector-kit/index.js';
import type { Storage } from '../storage/index.js';
import { checksName, type ConnectionCheck } from './connection-check.js';

/** A connection whose platform last said that something is wrong or missing. */
export interface NeedyConnection { readonly connectionId: string; readonly clientId: string; readonly needs: readonly HealthFinding[] }

/** All of them, as they were last checked. Needs no plugin and no key. */
export const needyConnections = async (storage: Storage): Promise<readonly NeedyConnection[]> =>
  (await storage.collection<ConnectionCheck>(checksName).find({ v: 1, 'needs.0': { $exists: true }, nextAt: { $exists: true } }).sort({ _id: 1 }).toArray())
    .map(({ _id: connectionId, clientId, needs }) => ({ connectionId, clientId, needs }));
