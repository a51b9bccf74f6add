import type { MongoClient } from 'mongodb';
import { within } from './bounded.js';

const silentMs = 45_000;
const closeMs = 5000;
/** Stands for a server that could not be reached at all. */
const nowhere = '';

/** The driver checks its servers. */
export interface WatchedChecks { end(): void }

/**
 * Opens the client anew when the driver has lost a server and does not look for it any more. Seen with mongodb 7.8 where a server was killed on a busy
 * machine: its monitor never began another check, so that every operation failed for ever though the server was back. A check is due every 10 s and ends
 * within 30 s; 45 s without a word about a lost server are no check any more.
 */
export const watchChecks = (client: MongoClient, options: { readonly reopened: () => void; readonly silentMs?: number }): WatchedChecks => {
  const patienceMs = options.silentMs ?? silentMs;
  const servers = new Map<string, { heardAt: number; standing: 'known' | 'lost' }>();
  const hear = (address: string, standing?: 'known' | 'lost') => {
    servers.set(address, { heardAt: performance.now(), standing: standing ?? servers.get(address)?.standing ?? 'known' });
    if (standing === 'lost') look();
  };
  client.on('serverHeartbeatStarted', ({ connectionId }) => { hear(connectionId); });
  client.on('serverHeartbeatSucceeded', ({ connectionId }) => { hear(connectionId); });
  client.on('serverHeartbeatFailed', ({ connectionId }) => { hear(connectionId); });
  client.on('serverDescriptionChanged', ({ address, newDescription }) => {
    if (newDescription.type !== 'Unknown') servers.delete(nowhere);
    hear(address, newDescription.type === 'Unknown' ? 'lost' : 'known');
  });
  client.on('serverClosed', ({ address }) => { servers.delete(address); });

  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  const reopen = async () => {
    servers.clear();
    try {
      await within(client.close(), closeMs, 'close').catch(() => undefined);
      if (ended) return;
      options.reopened();
      await client.connect();
    } catch {
      // not there yet: looked for anew after as long again
      if (!ended) hear(nowhere, 'lost');
    }
  };
  // runs only while a server is lost
  const look = () => {
    if (timer || ended) return;
    timer = setTimeout(() => {
      timer = undefined;
      const now = performance.now();
      const lost = [...servers.values()].filter(({ standing }) => standing === 'lost');
      if (lost.some(({ heardAt }) => now - heardAt >= patienceMs)) void reopen();
      else if (lost.length > 0) look();
    }, patienceMs / 4);
    timer.unref();
  };
  return {
    end: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
};
