import type { MongoClient } from 'mongodb';
import { within } from './bounded.js';

/** The driver's own check of a server: how long it may take, and how long it rests. */
export const checkTimes = { connectTimeoutMS: 10_000, heartbeatFrequencyMS: 5000 } as const;

const silentMs = 20_000;
const closeMs = 5000;

/** The driver checks its servers. */
export interface WatchedChecks { end(): void }

/**
 * Opens the client anew when the driver has lost a server and does not look for it any more. Seen with mongodb 7.8 where a server was killed on a busy
 * machine: its monitor never began another check, so that every operation failed for ever though the server was back. A check is due every 5 s and ends
 * within 10 s; 20 s without a word about a lost server is no check any more.
 */
export const watchChecks = (client: MongoClient, options: { readonly reopened: () => void; readonly silentMs?: number }): WatchedChecks => {
  const patienceMs = options.silentMs ?? silentMs;
  const servers = new Map<string, { heardAt: number; standing: 'known' | 'lost' }>();
  const hear = (address: string, standing?: 'known' | 'lost') => {
    servers.set(address, { heardAt: performance.now(), standing: standing ?? servers.get(address)?.standing ?? 'known' });
  };
  client.on('serverHeartbeatStarted', ({ connectionId }) => { hear(connectionId); });
  client.on('serverHeartbeatSucceeded', ({ connectionId }) => { hear(connectionId); });
  client.on('serverHeartbeatFailed', ({ connectionId }) => { hear(connectionId); });
  client.on('serverDescriptionChanged', ({ address, newDescription }) => { hear(address, newDescription.type === 'Unknown' ? 'lost' : 'known'); });
  client.on('serverClosed', ({ address }) => { servers.delete(address); });

  let ended = false;
  let reopening = false;
  const reopen = async () => {
    reopening = true;
    servers.clear();
    try {
      await within(client.close(), closeMs, 'close').catch(() => undefined);
      if (ended) return;
      options.reopened();
      await client.connect();
    } catch {
      // not there yet: the next look finds no server either
      if (!ended) servers.set('', { heardAt: performance.now(), standing: 'lost' });
    } finally { reopening = false; }
  };
  const timer = setInterval(() => {
    const now = performance.now();
    const silent = [...servers.values()].some(({ heardAt, standing }) => standing === 'lost' && now - heardAt > patienceMs);
    if (silent && !reopening) void reopen();
  }, patienceMs / 4);
  timer.unref();
  return {
    end: () => {
      ended = true;
      clearInterval(timer);
    },
  };
};
