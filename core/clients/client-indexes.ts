import type { IndexPlan } from '../storage/index.js';

/** The indexes of this room. Partial filters stay within what MongoDB 5 knows. */
export const clientIndexes: readonly IndexPlan[] = [
  { collection: 'clients', indexes: [{ key: { mode: 1 } }] },
  { collection: 'client_keys', indexes: [{ key: { digest: 1 }, unique: true }, { key: { clientId: 1 } }] },
  { collection: 'gateway_accounts', indexes: [{ key: { clientId: 1 } }] },
  {
    collection: 'connections',
    indexes: [
      // of two that make a client's first connection at once, one wins
      { key: { platform: 1, urlKey: 1 }, unique: true },
      { key: { platform: 1, platformAccountRef: 1 }, unique: true, partialFilterExpression: { platformAccountRef: { $exists: true } } },
      { key: { clientId: 1 } },
      { key: { lane: 1, nextAt: 1 }, partialFilterExpression: { nextAt: { $exists: true } } },
    ],
  },
  { collection: 'connection_checks', indexes: [{ key: { lane: 1, nextAt: 1 } }, { key: { nextAt: 1, lane: 1 } }] },
];
