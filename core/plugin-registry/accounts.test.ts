import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { answering, startLoopbackPlatform, type LoopbackPlatform } from '../../test/plugins/loopback-platform.js';
import { openSampleGateway, routeTo, until, within } from '../../test/plugins/open-sample.js';
import { chargeRequest, post } from '../../test/plugins/sample-gateway.js';
import { createRateBudget, type RateBudget } from './plugin-io/index.js';

describe('sessions', () => {
  const counting = (options = {}) => {
    const opened: string[] = [];
    const opening = openSampleGateway(
      {
        open: ({ connectionId }, io) => {
          opened.push(connectionId);
          return io;
        },
      },
      options,
    );
    return { opened, opening };
  };

  test('are opened once for all calls of an account, and one for each account', async () => {
    const { opened, opening } = counting();
    const { useOf } = await opening;
    expect(opened).toStrictEqual([]);
    await Promise.all([useOf('a').checkHealth(within(1000)), useOf('a').checkHealth(within(1000)), useOf('b').checkHealth(within(1000))]);
    await useOf('a').checkHealth(within(1000));
    expect(opened).toStrictEqual(['a', 'b']);
  });

  test('are opened again for another revision', async () => {
    const { opened, opening } = counting();
    const { useOf } = await opening;
    for (const revision of ['1', '2', '2', '1']) await useOf('a', revision).checkHealth(within(1000));
    expect(opened).toHaveLength(3);
  });

  test('are closed when idle, and the least used when there are too many', async () => {
    const idle = counting({ sessionIdleMs: 30 });
    const { useOf } = await idle.opening;
    await useOf('a').checkHealth(within(1000));
    await new Promise((resolve) => setTimeout(resolve, 80));
    await useOf('a').checkHealth(within(1000));
    expect(idle.opened).toStrictEqual(['a', 'a']);

    const crowded = counting({ maxSessions: 2 });
    const many = await crowded.opening;
    for (const account of ['a', 'b', 'a', 'c', 'a', 'b']) await many.useOf(account).checkHealth(within(1000));
    expect(crowded.opened).toStrictEqual(['a', 'b', 'c', 'b']);
  });

  test('are all closed with the registry', async () => {
    const { opened, opening } = counting();
    const { registry, use } = await opening;
    await use.checkHealth(within(1000));
    await registry.close();
    await use.checkHealth(within(1000));
    expect(opened).toHaveLength(2);
  });
});

const taking = async (budget: RateBudget, signal: AbortSignal, taken: () => void): Promise<void> => {
  const release = await budget.take(signal).catch(() => undefined);
  if (release === undefined) return;
  taken();
  release();
};

describe('limits', () => {
  let platform: LoopbackPlatform;
  beforeEach(async () => {
    platform = await startLoopbackPlatform();
  });
  afterEach(() => platform.close());

  test('as many at once as the account allows, over all its calls and revisions', async () => {
    let open = 0;
    let most = 0;
    platform.behave((_request, response) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        response.end('{}');
      }, 20);
    });
    const { useOf } = await openSampleGateway({ limits: () => ({ perMinute: 60_000, concurrent: 3 }) }, { routes: routeTo(platform.port) });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => useOf('a', String(n % 2)).charge(chargeRequest(`case-${String(n)}`), within(5000))),
    );
    expect(answers.every((answer) => answer.ok)).toBe(true);
    expect(most).toBe(3);
  });

  test('of one account do not hold another', async () => {
    platform.behave((request, response) => void (request.headers['idempotency-key'] === 'stuck' || response.end('{}')));
    const { useOf } = await openSampleGateway({ limits: () => ({ perMinute: 600, concurrent: 1 }) }, { routes: routeTo(platform.port) });
    const stuck = useOf('a').charge(chargeRequest('stuck'), within(600));
    await until(() => platform.arrived.length === 1);
    expect(await useOf('b').charge(chargeRequest('free'), within(500))).toMatchObject({ ok: true });
    await stuck;
  });

  test('a slot comes back when its request fails, is cut off or cannot connect', async () => {
    const { useOf } = await openSampleGateway(
      {
        limits: () => ({ perMinute: 60_000, concurrent: 1 }),
        charge: async (request, { session }) => {
          // Never reads the answer, and goes on without it.
          void post(session, '/ignored', request.once.key).catch(() => undefined);
          await post(session, '/charges', request.once.key).catch(() => undefined);
          return { status: 'approved', gatewayRefs: ['ch_1'], amount: request.amount, provisional: false };
        },
      },
      { routes: routeTo(platform.port) },
    );
    platform.behave((_request, _response, socket) => void socket.destroy());
    for (let n = 0; n < 5; n += 1) await useOf('a').charge(chargeRequest(`case-${String(n)}`), within(300));
    platform.behave(() => undefined);
    for (let n = 5; n < 8; n += 1) await useOf('a').charge(chargeRequest(`case-${String(n)}`), within(60));
    platform.behave(answering({}));
    expect(await useOf('a').charge(chargeRequest('last'), within(2000))).toMatchObject({ ok: true });
  });

  test('no span of time holds more requests than the burst and what the rate gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 600, max: 6000 }), fc.integer({ min: 1, max: 5 }), async (perMinute, concurrent) => {
        let now = 0;
        const budget = createRateBudget({ perMinute, concurrent }, () => now);
        const given: number[] = [];
        const stop = new AbortController();
        const burst = Math.max(concurrent, Math.ceil(perMinute / 6));
        for (let n = 0; n < burst + 20; n += 1) {
          void taking(budget, stop.signal, () => given.push(now));
        }
        await new Promise((resolve) => setImmediate(resolve));
        expect(given).toHaveLength(burst);
        // A hair more than one token, so that rounding does not matter.
        now += 60_010 / perMinute;
        budget.adjust({ perMinute, concurrent });
        await new Promise((resolve) => setImmediate(resolve));
        expect(given).toHaveLength(burst + 1);
        stop.abort();
      }),
      { numRuns: 20 },
    );
  });
});

describe('credentials', () => {
  const minting = (mint: (previous: string | undefined) => Promise<{ value: string; expiresAt: Date }>, wallNow = () => new Date()) =>
    openSampleGateway(
      {
        checkHealth: async (context) => ({ findings: [], facts: { token: await context.credential('access', mint) } }),
      },
      { wallNow },
    );
  const factOf = (answer: unknown) => (answer as { value?: { facts?: { token?: string } } }).value?.facts?.token;

  test('are minted once for calls that run together, kept, and minted anew from the last one when they end', async () => {
    const previous: (string | undefined)[] = [];
    let now = Date.now();
    const { useOf } = await minting(
      async (last) => {
        previous.push(last);
        const value = `token-${String(previous.length)}`;
        await new Promise((resolve) => setTimeout(resolve, 10));
        return { value, expiresAt: new Date(now + 60_000) };
      },
      () => new Date(now),
    );
    const time = () => ({ deadline: new Date(now + 5000) });
    const first = await Promise.all([1, 2, 3].map(() => useOf('a').checkHealth(time())));
    expect(first.map(factOf)).toStrictEqual(['token-1', 'token-1', 'token-1']);
    expect(factOf(await useOf('b').checkHealth(time()))).toBe('token-2');
    now += 60_000;
    expect(factOf(await useOf('a').checkHealth(time()))).toBe('token-3');
    expect(previous).toStrictEqual([undefined, undefined, 'token-1']);
  });

  test('whose minting fails for one call are minted by the next', async () => {
    let tries = 0;
    const { use } = await minting(async () => {
      tries += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (tries === 1) throw new Error('the first fails');
      return { value: `token-${String(tries)}`, expiresAt: new Date(Date.now() + 60_000) };
    });
    const answers = await Promise.all([use.checkHealth(within(1000)), use.checkHealth(within(1000))]);
    expect(answers.map((answer) => answer.ok)).toStrictEqual([false, true]);
    expect(answers.map(factOf)).toStrictEqual([undefined, 'token-2']);
  });

  test('are secrets of the account from then on', async () => {
    const { use } = await openSampleGateway({
      checkHealth: async (context) => {
        const token = await context.credential('access', async () => ({ value: 'minted-abc', expiresAt: new Date(Date.now() + 60_000) }));
        throw new Error(`refused: Bearer ${token}`);
      },
    });
    expect(await use.checkHealth(within(1000))).toMatchObject({
      ok: false,
      error: { message: 'gateway sample checkHealth: Error: refused: Bearer [secret]' },
    });
  });
});
