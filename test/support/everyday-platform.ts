import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** One charge as the gateway's stand-in met it. `cut`: the caller went away before it was answered. */
export interface MetCharge { readonly key: string; state: 'under_way' | 'answered' | 'cut' }

/** What the sample platform and the everyday gateway are reached at: one server on loopback. */
export interface EverydayPlatform {
  readonly url: string;
  readonly charges: readonly MetCharge[];
  /** How often its billing API was asked, by the API key that asked. */
  asked(apiKey?: string): number;
  /** How long a charge takes. */
  chargeMs: number;
  /** Which API keys are answered 503 by the billing API. */
  readonly down: Set<string>;
  close(): Promise<void>;
}

/** Starts it. A pointer to `in_1` answers that the payment of the invoice `in_1` failed. */
export const startEverydayPlatform = async (): Promise<EverydayPlatform> => {
  const charges: MetCharge[] = [];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const answer = async (): Promise<{ readonly status: number; readonly body: unknown }> => {
      const [, kind, id = ''] = (request.url ?? '').split('/');
      if (kind === 'events') {
        const apiKey = (request.headers.authorization ?? '').replace('Bearer ', '');
        asked.push(apiKey);
        if (platform.down.has(apiKey)) return { status: 503, body: {} };
        return { status: 200, body: { events: [{ say: 'failed', invoice: id, amount: { minor: 4900, currency: 'EUR' }, code: 'card_declined', charge: `ch_${id}` }] } };
      }
      if (request.method !== 'POST') return { status: 200, body: { status: charges.some((one) => one.key === id) ? 'approved' : 'absent' } };
      const charge: MetCharge = { key: id, state: 'under_way' };
      charges.push(charge);
      response.once('close', () => { if (charge.state === 'under_way') charge.state = 'cut'; });
      await wait(platform.chargeMs);
      if (charge.state === 'under_way') charge.state = 'answered';
      return { status: 200, body: { status: 'approved' } };
    };
    request.resume();
    answer().then(({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)), () => response.destroy());
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const platform: EverydayPlatform = {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    charges,
    asked: (apiKey) => asked.filter((one) => apiKey === undefined || one === apiKey).length,
    chargeMs: 0,
    down: new Set(),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
    },
  };
  return platform;
};
