import { createServer, connect as connectTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LOOPBACK_CERTIFICATE } from '../../test/plugins/loopback-certificate.js';
import { startLoopbackPlatform, type LoopbackPlatform } from '../../test/plugins/loopback-platform.js';
import { openSampleGateway, until, within } from '../../test/plugins/open-sample.js';
import { chargeRequest, post } from '../../test/plugins/sample-gateway.js';
import type { GatewayUse } from './index.js';

/** What failed, in the words the core decides by. */
const failureOf = async (answer: ReturnType<GatewayUse['charge']>) => {
  const result = await answer;
  if (result.ok) throw new Error(`It answered ${JSON.stringify(result.value)}.`);
  return { code: result.error.code, reached: result.error.reached, message: result.error.message };
};

describe('a slow TLS handshake', () => {
  let secure: LoopbackPlatform;
  let door: Server;
  let letIn: () => void;
  let knocked: number;
  const callers: Socket[] = [];

  beforeEach(async () => {
    secure = await startLoopbackPlatform('tls');
    const opened = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    knocked = 0;
    door = createServer((caller) => {
      knocked += 1;
      callers.push(caller);
      caller.on('error', () => undefined);
      void opened.finally(() => {
        const inside = connectTcp(secure.port, '127.0.0.1');
        inside.on('error', () => undefined);
        caller.on('close', () => inside.destroy());
        caller.pipe(inside).pipe(caller);
      });
    });
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    for (const caller of callers.splice(0)) caller.destroy();
    await new Promise<void>((resolve) => {
      door.close(() => resolve());
    });
    await secure.close();
  });

  const openBehindDoor = () => {
    const { port } = door.address() as AddressInfo;
    return openSampleGateway(
      {
        hosts: () => [`localhost:${String(port)}`],
        charge: async (request, { session }) => {
          await post(session, '/charges', 'amount=100', {}, 'localhost', port);
          return { status: 'approved', gatewayRefs: ['ch_1'], amount: request.amount, provisional: false };
        },
      },
      { certificateAuthorities: [LOOPBACK_CERTIFICATE] },
    );
  };

  test('that ends in time lets the request through', async () => {
    const { use } = await openBehindDoor();
    letIn();
    expect(await use.charge(chargeRequest(), within(5000))).toMatchObject({ ok: true, value: { status: 'approved' } });
    expect(secure.arrived).toMatchObject([{ method: 'POST', path: '/charges', body: 'amount=100' }]);
  });

  test('that outlasts sendBefore keeps the request back, though the deadline has room', async () => {
    const { use } = await openBehindDoor();
    const answer = failureOf(use.charge(chargeRequest(), within(5000, 100)));
    await until(() => knocked === 1);
    setTimeout(letIn, 150);
    expect(await answer).toMatchObject({ code: 'platform_down', reached: 'no' });
    await until(() => callers.every((caller) => caller.destroyed));
    expect(secure.arrived).toHaveLength(0);
  });

  test('that outlasts the deadline ends with it, and nothing arrives afterwards', async () => {
    const { use } = await openBehindDoor();
    const began = Date.now();
    expect(await failureOf(use.charge(chargeRequest(), within(150)))).toMatchObject({ code: 'platform_down', reached: 'no' });
    expect(Date.now() - began).toBeLessThan(1000);
    letIn();
    await until(() => callers.every((caller) => caller.destroyed));
    expect(secure.arrived).toHaveLength(0);
  });

  test('with a certificate nobody vouches for sends nothing', async () => {
    const { port } = secure;
    const { use } = await openSampleGateway({
      hosts: () => [`localhost:${String(port)}`],
      charge: async (_, { session }) => {
        await post(session, '/charges', 'amount=100', {}, 'localhost', port);
        return { status: 'not_sent', cause: 'never reached' };
      },
    });
    expect(await failureOf(use.charge(chargeRequest(), within(5000)))).toStrictEqual({
      code: 'platform_down',
      reached: 'no',
      message: `gateway sample charge: no connection to localhost:${String(port)} (DEPTH_ZERO_SELF_SIGNED_CERT).`,
    });
    expect(secure.arrived).toHaveLength(0);
  });
});
