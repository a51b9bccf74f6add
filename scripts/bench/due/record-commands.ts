import { serialize } from 'bson';
import type { Storage } from '../../../core/storage/index.js';

/** One command as the driver was given it, without what the driver adds for its session. */
export interface SentCommand { readonly command: Readonly<Record<string, unknown>>; readonly keys: readonly string[] }

const ofSession = new Set(['lsid', '$db', '$clusterTime', 'txnNumber', '$readPreference']);

/** Every name in a command that stands for a case, as that case's id. */
const keysIn = (value: unknown, caseOf: ReadonlyMap<string, string>, found = new Set<string>()): Set<string> => {
  if (typeof value === 'string') {
    const key = caseOf.get(value);
    if (key !== undefined) found.add(key);
  } else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    for (const one of Object.values(value)) keysIn(one, caseOf, found);
  }
  return found;
};

/** Listens to what the hub's own driver sends, until `end`: that answers the commands as one BSON document. `caseOf` names a case by its id and by its ledger's. */
export const recordCommands = (storage: Storage, caseOf: ReadonlyMap<string, string>): { end(): Uint8Array } => {
  const client = storage.connection.getClient();
  const sent: SentCommand[] = [];
  const listener = (event: { readonly command: Readonly<Record<string, unknown>> }) => {
    const command = Object.fromEntries(Object.entries(event.command).filter(([key]) => !ofSession.has(key)));
    sent.push({ command, keys: [...keysIn(command, caseOf)] });
  };
  client.on('commandStarted', listener);
  return {
    end: () => {
      client.off('commandStarted', listener);
      return serialize({ sent }, { ignoreUndefined: true });
    },
  };
};
