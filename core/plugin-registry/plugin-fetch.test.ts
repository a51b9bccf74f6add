import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PluginIo } from '../connector-kit/index.js';
import { answering, hangingUp, startLoopbackPlatform, type LoopbackPlatform } from '../../test/plugins/loopback-platform.js';
import { openSampleGateway, routeTo, within } from '../../test/plugins/open-sample.js';
import { chargeRequest, post, SAMPLE_HOST } from '../../test/plugins/sample-gateway.js';

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

describe('fetch', () => {
  test('sends method, headers, query and body, and gives back status, headers and body', async () => {
    platform.behave((_request, response) => {
      response
        .writeHead(402, { 'content-type': 'application/json', 'x-request': 'r1', 'set-cookie': ['a=1', 'b=2'] })
        .end('{"declined":true}');
    });
    let seen: unknown;
    const { use } = await finding(async (io) => {
      const answer = await io.fetch(`https://${SAMPLE_HOST}/v1/x?y=%20z`, {
        method: 'PUT',
        headers: { 'X-Mine': 'yes' },
        body: '{"ä":1}',
      });
      seen = {
        status: answer.status,
        ok: answer.ok,
        header: answer.headers.get('x-request'),
        cookies: answer.headers.getSetCookie(),
        body: await answer.json(),
      };
    });
    expect(await use.find(chargeRequest(), within(3000))).toMatchObject({ ok: true });
    expect(seen).toStrictEqual({ status: 402, ok: false, header: 'r1', cookies: ['a=1', 'b=2'], body: { declined: true } });
    expect(platform.arrived).toMatchObject([
      { method: 'PUT', path: '/v1/x?y=%20z', body: '{"ä":1}', headers: { host: SAMPLE_HOST, 'x-mine': 'yes', 'content-length': '8' } },
    ]);
  });

  test('follows no redirect', async () => {
    platform.behave((_request, response) => void response.writeHead(302, { location: 'https://api.elsewhere.test/' }).end());
    let status = 0;
    const { use } = await finding(async (io) => {
      ({ status } = await io.fetch(`https://${SAMPLE_HOST}/`));
    });
    await use.find(chargeRequest(), within(3000));
    expect(status).toBe(302);
    expect(platform.arrived).toHaveLength(1);
  });

  test('unpacks what is packed, and answers without a body have none', async () => {
    const texts: unknown[] = [];
    const { use } = await finding(async (io) => {
      platform.behave((_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('packed')));
      texts.push(await (await io.fetch(`https://${SAMPLE_HOST}/1`)).text());
      platform.behave((_request, response) => void response.writeHead(204).end());
      texts.push((await io.fetch(`https://${SAMPLE_HOST}/2`)).body);
    });
    expect(await use.find(chargeRequest(), within(3000))).toMatchObject({ ok: true });
    expect(texts).toStrictEqual(['packed', null]);
  });

  test.each([
    ['closed before the answer', hangingUp],
    [
      'cut inside the answer',
      (
        _: unknown,
        response: { writeHead: (status: number, headers: object) => { write: (text: string) => void } },
        socket: { destroy: () => void },
      ) => {
        response.writeHead(200, { 'content-length': 100 }).write('{"half":');
        setTimeout(() => socket.destroy(), 20);
      },
    ],
  ] as const)('rejects with a PlatformError when the connection is %s', async (_, behaviour) => {
    platform.behave(behaviour as never);
    const error = await errorOf((io) => io.fetch(`https://${SAMPLE_HOST}/`));
    expect(error).toMatchObject({ code: 'platform_down' });
    expect(error.reached).not.toBe('no');
  });

  test('is given up with the signal of the plugin, also while it waits for its turn', async () => {
    const controller = new AbortController();
    controller.abort(new Error('changed its mind'));
    const error = await errorOf((io) => io.fetch(`https://${SAMPLE_HOST}/`, { signal: controller.signal }));
    expect(error).toMatchObject({ reached: 'no' });
    expect(platform.arrived).toHaveLength(0);
  });
});

describe('the size of an answer', () => {
  const big = 'x'.repeat(300_000);

  test.each([
    ['fetch', (io: PluginIo) => io.fetch(`https://${SAMPLE_HOST}/`).then((answer) => answer.text())],
    ['agent', (io: PluginIo) => post(io, '/', '', {}, SAMPLE_HOST, 443, 'GET')],
  ])('is capped through %s', async (_, act) => {
    platform.behave(answering(big));
    expect(await errorOf(act, { maxAnswerBytes: 100_000 })).toStrictEqual({
      code: 'unexpected_answer',
      reached: 'yes',
      message: 'gateway sample find: the answer is larger than 100000 bytes.',
    });
    const { use } = await finding(act, { maxAnswerBytes: 400_000 });
    expect(await use.find(chargeRequest(), within(3000))).toMatchObject({ ok: true });
  });

  test('is capped also when it unpacks to more than it weighs', async () => {
    platform.behave(
      (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5_000_000))),
    );
    expect(await errorOf((io) => io.fetch(`https://${SAMPLE_HOST}/`), { maxAnswerBytes: 100_000 })).toMatchObject({
      code: 'unexpected_answer',
    });
  });
});
