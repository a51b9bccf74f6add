import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { entryOf, openNotificationBench, signingSecret } from '../../test/support/notification-bench.js';
import { privateAddresses, privateHosts } from '../../test/support/target-spellings.js';
import { startWebhookReceiver, type WebhookReceiver } from '../../test/support/webhook-receiver.js';
import { createClock } from '../scheduling/index.js';
import { createGuardedDispatcher } from './guarded-dispatcher.js';
import type { ResolveAll } from './index.js';
import { postOnce } from './post-once.js';

const resolvingTo = (...rounds: (readonly string[])[]): ResolveAll => {
  let round = 0;
  return (_name, _options, done) => {
    const addresses = rounds[Math.min(round, rounds.length - 1)] ?? [];
    round += 1;
    done(null, addresses.map((address): LookupAddress => ({ address, family: isIP(address) === 6 ? 6 : 4 })));
  };
};

describe('where a webhook may lead', () => {
  let receiver: WebhookReceiver;
  beforeAll(async () => { receiver = await startWebhookReceiver(() => ({ status: 200 })); });
  afterAll(async () => { await receiver.close(); });
  const port = () => new URL(receiver.url).port;

  it('is asked again at each send: a URL stored for a client in production that is not public is never connected to', async () => {
    const database = testDatabase('refused-targets');
    const hosts = privateHosts.map((host, index) => ({ clientId: `client-${index}`, url: `https://${host}:${port()}/hooks` }));
    const urls = new Map(hosts.map(({ clientId, url }) => [clientId, url]));
    const bench = await openNotificationBench({
      uri: database.uri, clock: createClock({ scale: 1, origin: new Date() }), dispatcher: { timeoutMs: 1000, resolve: resolvingTo(['127.0.0.1']) },
      recipients: {
        webhookTarget: (clientId) => Promise.resolve({ url: urls.get(clientId) ?? '', secrets: [signingSecret(1)], durableRetry: true, environment: 'production' }),
      },
    });
    try {
      await Promise.all(hosts.map(({ clientId }) => bench.notifications.accept(entryOf(`msg_${clientId}`, { clientId }))));
      await Promise.all(hosts.map(({ clientId }) => bench.drain(clientId)));
      const tries = await Promise.all(hosts.map(async ({ clientId, url }) => ({ url, tries: (await bench.notifications.list({ clientId }))[0]?.tries })));
      for (const one of tries) {
        expect(one).toMatchObject({ tries: [{ status: null, durationMs: 0, failure: 'refused_target', code: expect.stringMatching(/^(not_public|not_a_url)$/) }] });
      }
      expect(tries.length).toBeGreaterThanOrEqual(80);
    } finally {
      await bench.stop();
      await dropTestDatabase(database);
    }
  });

  describe('as the socket sees it', () => {
    const send = async (url: string, resolve: ResolveAll | undefined, reach: 'public' | 'loopback' = 'public') => {
      const dispatcher = createGuardedDispatcher({ reach, connectTimeoutMs: 1000, resolve });
      const result = await postOnce({ url, headers: {}, body: '{}', dispatcher, timeoutMs: 1000 });
      await dispatcher.destroy();
      return result;
    };

    it.each(privateHosts.filter((host) => URL.canParse(`http://${host}/`)))('%s is refused, even if nobody had judged the URL', async (host) => {
      const before = receiver.requests.length;
      expect(await send(`http://${host}:${port()}/`, resolvingTo(['127.0.0.1']))).toMatchObject({ status: null, failure: 'refused_target', code: 'TARGET_REFUSED' });
      expect(receiver.requests.length).toBe(before);
    });

    it.each(privateAddresses)('a name is refused that resolves to %j', async (address) => {
      const result = await send(`https://hooks.example:${port()}/`, resolvingTo([address]));
      expect(result).toMatchObject({ status: null, failure: 'refused_target', code: 'TARGET_REFUSED' });
    });

    it('a name is refused when one of its addresses is private', async () => {
      expect(await send('https://hooks.example/', resolvingTo(['93.184.215.14', '10.0.0.1']))).toMatchObject({ failure: 'refused_target' });
    });

    it('a name is refused that resolves to nothing', async () => {
      expect(await send('https://hooks.example/', resolvingTo([]))).toMatchObject({ failure: 'refused_target' });
    });

    it('a name is judged by the answer the connect uses: one that was public a moment ago gains nothing', async () => {
      const before = receiver.requests.length;
      const rebinding = resolvingTo(['93.184.215.14'], ['127.0.0.1']);
      await new Promise((resolve) => { rebinding('hooks.example', { all: true }, resolve); });
      expect(await send(`http://hooks.example:${port()}/`, rebinding)).toMatchObject({ failure: 'refused_target' });
      expect(receiver.requests.length).toBe(before);
    });

    it('loopback is let through only where loopback is meant, and then nothing else', async () => {
      expect(await send(receiver.url, undefined, 'loopback')).toMatchObject({ status: 200, failure: null });
      expect(await send('http://10.0.0.1:9/', undefined, 'loopback')).toMatchObject({ failure: 'refused_target' });
      expect(await send('http://localhost:9/', resolvingTo(['10.0.0.1']), 'loopback')).toMatchObject({ failure: 'refused_target' });
    });
  });
});
