import type { Storage } from '../../../core/storage/index.js';

/** One command as the driver was given it, without what the driver adds for its session. */
export interface SentCommand { readonly name: string; readonly command: Readonly<Record<string, unknown>> }

const ofSession = new Set(['lsid', '$db', '$clusterTime', 'txnNumber', '$readPreference']);

/** Listens to what the hub's own driver sends, until `end`. */
export const recordCommands = (storage: Storage): { end(): readonly SentCommand[] } => {
  const client = storage.connection.getClient();
  const sent: SentCommand[] = [];
  const listener = (event: { readonly commandName: string; readonly command: Readonly<Record<string, unknown>> }) => {
    sent.push({ name: event.commandName, command: Object.fromEntries(Object.entries(event.command).filter(([key]) => !ofSession.has(key))) });
  };
  client.on('commandStarted', listener);
  return {
    end: () => {
      client.off('commandStarted', listener);
      return sent;
    },
  };
};
