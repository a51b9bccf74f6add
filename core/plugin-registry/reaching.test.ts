import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PluginIo } from '../connector-kit/index.js';
import { startLoopbackPlatform, type LoopbackPlatform } from '../../test/plugins/loopback-platform.js';
import { openSampleConnector, openSampleGateway, routeTo, within } from '../../test/plugins/open-sample.js';
import { chargeRequest, post, SAMPLE_HOST } from '../../test/plugins/sample-gateway.js';
import { loadPlugins } from './index.js';

let platform: LoopbackPlatform;
beforeEach(async () => {
  platform = await startLoopbackPlatform();
});
afterEach(() => platform.close());

const absent = { status: 'absent' } as const;

/** A gateway whose `find` does what the test says with the io. */
const finding = (act: (io: PluginIo) => Promise<unknown>, options = {}) =>
  openSampleGateway(
    {
      find: async (_, { session }) => {
        await act(session);
        return absent;
      },
    },
    { routes: routeTo(platform.port), ...options },
  );

const errorOf = async (act: (io: PluginIo) => Promise<unknown>, options = {}) => {
  const { use } = await finding(act, options);
  const answer = await use.find(chargeRequest(), within(3000));
  if (answer.ok) throw new Error('It answered.');
  return { code: answer.error.code, reached: answer.error.reached, message: answer.error.message };
};

describe('hosts', () => {
  test.each([
    ['another host', 'api.elsewhere.test', 443],
    ['another port of the same host', SAMPLE_HOST, 8443],
    ['a subdomain', `evil.${SAMPLE_HOST}`, 443],
    ['an address', '127.0.0.1', 443],
  ])('%s is refused by name, through agent and fetch, and nothing leaves', async (_, host, port) => {
    const message = `gateway sample find: host ${host}:${String(port)} is not named by hosts() (named: ${SAMPLE_HOST}); add it there if the platform owns it.`;
    const refused = { code: 'invalid_request', reached: 'no', message };
    expect(await errorOf((io) => post(io, '/', '', {}, host, port, 'GET'))).toStrictEqual(refused);
    expect(await errorOf((io) => io.fetch(`https://${host}:${String(port)}/`))).toStrictEqual(refused);
    expect(platform.arrived).toHaveLength(0);
  });

  test('plain http is refused, also to a named host', async () => {
    expect(await errorOf((io) => io.fetch(`http://${SAMPLE_HOST}/`))).toMatchObject({ code: 'invalid_request', reached: 'no' });
  });

  test('capitals make no difference', async () => {
    const { use } = await finding((io) => io.fetch(`https://${SAMPLE_HOST.toUpperCase()}/x`));
    expect(await use.find(chargeRequest(), within(3000))).toMatchObject({ ok: true });
  });

  test('a route leads only to http on loopback', async () => {
    for (const url of ['http://example.com:80', 'https://127.0.0.1:4010', 'http://127.0.0.1.example.com']) {
      const loading = loadPlugins(
        { connectors: {}, gateways: {} },
        { wallNow: () => new Date(), routes: new Map([['a.test', new URL(url)]]) },
      );
      await expect(loading).rejects.toThrow(/^The route of a\.test leads to .*; a stand-in is reached at http:\/\/ on loopback only\.$/);
    }
  });

  test('proxy settings of the environment are not looked at', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', ALL_PROXY: 'http://127.0.0.1:9' });
    try {
      const { use } = await finding((io) => io.fetch(`https://${SAMPLE_HOST}/direct`));
      expect(await use.find(chargeRequest(), within(3000))).toMatchObject({ ok: true });
      expect(platform.arrived).toHaveLength(1);
    } finally {
      for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY']) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });
});

describe('outside a call', () => {
  test('a request is refused, from open() and from anywhere else', async () => {
    let kept: PluginIo | undefined;
    let fromOpen: Promise<unknown> = Promise.resolve();
    const { use } = await openSampleGateway(
      {
        open: (_, io) => {
          kept = io;
          fromOpen = io.fetch(`https://${SAMPLE_HOST}/`).catch((error: unknown) => String(error));
          return io;
        },
      },
      { routes: routeTo(platform.port) },
    );
    await use.find(chargeRequest(), within(3000));
    const refusal =
      'PlatformError: A plugin sent a request outside of any call; requests are made only inside the methods of the contract.';
    expect(await fromOpen).toBe(refusal);
    if (kept === undefined) throw new Error('open() was not called.');
    expect(await post(kept, '/', '').catch((error: unknown) => String(error))).toBe(refusal);
    expect(platform.arrived.map((request) => request.path)).toStrictEqual(['/charges?key=1']);
  });

  test('verify and parse reach nothing', async () => {
    let io: PluginIo | undefined;
    const { use } = await openSampleConnector(
      {
        open: (_, given) => {
          io = given;
          return given;
        },
        webhook: {
          verify: async () => {
            await io?.fetch(`https://${SAMPLE_HOST}/`);
            return { genuine: true, deliveryId: '1' };
          },
          parse: () => [],
        },
      },
      { routes: routeTo(platform.port) },
    );
    await use.invoices.read({ ref: 'in_1' }, within(3000));
    const delivery = {
      method: 'POST' as const,
      query: new URLSearchParams(),
      headers: new Headers(),
      body: new Uint8Array(),
      receivedAt: new Date(),
    };
    expect(await use.webhook.verify(delivery, within(3000))).toMatchObject({
      ok: false,
      error: { message: 'connector sample-billing webhook.verify: this method may not use the network.' },
    });
    expect(platform.arrived).toHaveLength(1);
  });
});

describe('observe', () => {
  const observe = (over = {}) => openSampleConnector(over, { routes: routeTo(platform.port) }, 'observe');

  test('lets through GET and the POSTs that readRequests names', async () => {
    const { use } = await observe();
    expect(await use.invoices.read({ ref: 'in_1' }, within(3000))).toMatchObject({ ok: true });
    expect(await use.checkHealth(within(3000))).toMatchObject({ ok: true });
    expect(platform.arrived.map((request) => `${request.method} ${request.path}`)).toStrictEqual([
      'GET /invoices/in_1',
      'POST /sites/eu-1/search',
    ]);
  });

  test.each(['/sites/eu-1/search/all', '/sites//search', '/sites/eu-1/collect', '/other?x=/sites/eu-1/search'])(
    'holds back POST %s',
    async (path) => {
      const { use } = await observe({
        checkHealth: async (context: { session: PluginIo }) => {
          await post(context.session, path, '{}');
          return { findings: [] };
        },
      });
      expect(await use.checkHealth(within(3000))).toMatchObject({ ok: false, error: { code: 'invalid_request', reached: 'no' } });
      expect(platform.arrived).toHaveLength(0);
    },
  );

  test('does not even call what is not a read', async () => {
    const { use } = await observe();
    const request = { once: chargeRequest().once, invoice: { ref: 'in_1' }, amount: { minor: 100, currency: 'EUR' }, before: OPEN };
    expect(await use.collection?.collectNow(request, within(3000))).toMatchObject({
      ok: false,
      error: { reached: 'no', message: 'connector sample-billing collection.collectNow: held back, because the connection only observes.' },
    });
    expect(platform.arrived).toHaveLength(0);
  });

  test('lets credentials be minted, because without them nothing can be read', async () => {
    const { use } = await observe({
      checkHealth: async (context: {
        session: PluginIo;
        credential: (name: string, mint: () => Promise<{ value: string; expiresAt: Date }>) => Promise<string>;
      }) => {
        await context.credential('access', async () => {
          await post(context.session, '/oauth/token', 'grant_type=x');
          return { value: 'token', expiresAt: new Date(Date.now() + 60_000) };
        });
        await post(context.session, '/oauth/token', 'grant_type=y');
        return { findings: [] };
      },
    });
    expect(await use.checkHealth(within(3000))).toMatchObject({ ok: false });
    expect(platform.arrived.map((request) => request.body)).toStrictEqual(['grant_type=x']);
  });
});

const OPEN = { state: 'open', due: { minor: 100, currency: 'EUR' }, payments: [], paymentsComplete: true } as const;
