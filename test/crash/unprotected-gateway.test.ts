import { describe, expect, it, jest } from '@jest/globals';
import type { Fault } from '../plugins/unprotected-gateway/fake/faults.js';
import { startUnprotectedWorld, type UnprotectedWorld, type UnprotectedWorldOptions } from '../plugins/unprotected-gateway/world.js';
import { eventually } from '../support/hub-world.js';

jest.setTimeout(120_000);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A day in 3 s: the shortest absence, 3 s of the wall, is then a day. */
const DAY_IN_3_S = 28_800;
/** Ten minutes in 1 s: of the asks after 30 minutes and 2 hours, 3 and 12 s, the later one still comes well within a key's 24 h. */
const TEN_MINUTES_IN_1_S = 600;

const CHARGES = '^POST /v1/(charges|objects/[^/]+/confirm)$';
/** The money is taken and nobody hears of it. */
const lostReply: Fault = { match: CHARGES, action: 'hang_after_applying' };
/** The charge lies in the gateway for 12 s, longer than anything declared, and is made then. */
const late: Fault = { match: CHARGES, action: { delayMs: 12_000 } };

interface Scene extends Omit<UnprotectedWorldOptions, 'label'> {
  readonly fault: Fault;
}

/** What the fake wrote down of all requests to move money, in the order they came. */
const requestsOf = async ({ fake }: UnprotectedWorld) => (await fake.ledger()).debts.flatMap((debt) => debt.requests);

/** Charges, kills the hub while the gateway holds the charge, starts another, and waits until the merchant is told and nothing more can come. */
const playIn = async (world: UnprotectedWorld, { fault }: Scene): Promise<void> => {
  const hub = await world.startHub();
  await world.fake.inject(fault);
  const body = { paymentMethodToken: 'um_card', amount: 4900, currency: 'EUR', idempotencyKey: 'order-1', originalDeclineCode: 'processing_error' };
  const call = hub.execute(body).catch(() => 'cut');
  const arrived = async () => (await requestsOf(world)).some(({ result }) => fault === late || result === 'succeeded');
  await eventually('the charge at the fake', async () => ((await arrived()) ? true : undefined));
  await hub.kill();
  expect(await call).toBe('cut');
  expect(await requestsOf(world)).toHaveLength(1);

  await world.startHub();
  await eventually('the event', () => world.events()[0], 45_000);
  await eventually('the end of every charge', async () => ((await requestsOf(world)).every(({ result }) => result !== null) ? true : undefined));
  await new Promise((resolve) => { setTimeout(resolve, 1000); });
};

/** Plays a scene and gives the results of all requests to move money, with how often money was taken and what was tried once too often. */
const play = async (scene: Scene) => {
  const world = await startUnprotectedWorld({ ...scene, label: 'unprotected' });
  try {
    await playIn(world, scene);
    const { debts, secondTries } = await world.fake.ledger();
    return {
      events: world.events().map(({ event }) => event),
      results: (await requestsOf(world)).map(({ result }) => result),
      charged: debts.map(({ successes }) => successes.length),
      secondTries: secondTries.length,
    };
  } catch (error) {
    process.stderr.write(`${JSON.stringify({ scene, ledger: await world.fake.ledger(), cases: await world.cases() }, null, 2)}\n`);
    throw error;
  } finally {
    await world.stop();
  }
};

const told = ['recovery.success'];
const twice = { events: told, results: ['succeeded', 'succeeded'], charged: [2], secondTries: 1 };

/*
 * In each block the hub, the scene and the declaration are the same, and only what the gateway keeps of it differs; in the last block it is the other way
 * round: the gateway is the same and the declaration differs. All of them wait out a lease and an absence of 3 s each, those marked `long wait` what is named
 * there. The tests of one block run at once, as they spend their time waiting.
 */
describe('a hub killed while a charge is under way, at a gateway that protects nothing by itself', () => {
  describe('declared single_use_object, the search blind', () => {
    const scene = { scale: DAY_IN_3_S, declared: { protection: 'single_use_object', absentIsFinalAfterMs: 30 * MINUTE }, fault: lostReply } as const;
    it.concurrent('charges once where an object succeeds once: revoke meets the success', async () => {
      const end = await play({ ...scene, kept: { switch: 'single_use_object', lagMs: 'never' } });
      expect(end).toEqual({ events: told, results: ['succeeded'], charged: [1], secondTries: 0 });
    });
    it.concurrent('charges twice where a second object succeeds and revoke does nothing', async () => {
      expect(await play({ ...scene, kept: { switch: 'search_only', lagMs: 'never' } })).toEqual(twice);
    });
  });

  describe('declared single_use_object, the first charge made after the second (long wait: 12 s)', () => {
    const scene = { scale: DAY_IN_3_S, declared: { protection: 'single_use_object', absentIsFinalAfterMs: 30 * MINUTE }, fault: late } as const;
    it.concurrent('charges once where revoke fences it off', async () => {
      const end = await play({ ...scene, kept: { switch: 'single_use_object' } });
      expect(end).toEqual({ events: told, results: ['refused', 'succeeded'], charged: [1], secondTries: 0 });
    });
    it.concurrent('charges twice where revoke does nothing', async () => {
      expect(await play({ ...scene, kept: { switch: 'search_only' } })).toEqual(twice);
    });
  });

  describe('declared key kept for 24 h, the search blind (long wait: 12 s)', () => {
    const scene = { scale: TEN_MINUTES_IN_1_S, declared: { protection: 'key', absentIsFinalAfterMs: 30 * MINUTE }, fault: lostReply } as const;
    it.concurrent('charges once where the key is kept: the same request again is answered as before', async () => {
      const end = await play({ ...scene, kept: { switch: 'key', lagMs: 'never' } });
      expect(end).toEqual({ events: told, results: ['succeeded', 'replayed'], charged: [1], secondTries: 0 });
    });
    it.concurrent('charges twice where keys are not read', async () => {
      expect(await play({ ...scene, kept: { switch: 'search_only', lagMs: 'never' } })).toEqual(twice);
    });
    it.concurrent('charges twice where the key is forgotten after ten minutes', async () => {
      expect(await play({ ...scene, kept: { switch: 'key', keysKeptForMs: 10 * MINUTE, lagMs: 'never' } })).toEqual(twice);
    });
  });

  describe('a charge that search shows after 80 h (long wait: 12 s)', () => {
    const scene = { scale: DAY_IN_3_S, fault: lostReply } as const;
    it.concurrent('is made once where search_only and 96 h are declared', async () => {
      const kept = { switch: 'search_only', lagMs: 80 * HOUR } as const;
      const end = await play({ ...scene, kept, declared: { protection: 'search_only', absentIsFinalAfterMs: 96 * HOUR } });
      expect(end).toEqual({ events: told, results: ['succeeded'], charged: [1], secondTries: 0 });
    });
    it.concurrent('is made twice where search_only and an hour are declared', async () => {
      const kept = { switch: 'search_only', lagMs: 80 * HOUR } as const;
      expect(await play({ ...scene, kept, declared: { protection: 'search_only', absentIsFinalAfterMs: HOUR } })).toEqual(twice);
    });
    it.concurrent('is made once where key and 96 h are declared: a key older than 23 h is not repeated', async () => {
      const kept = { switch: 'key', lagMs: 80 * HOUR } as const;
      const end = await play({ ...scene, kept, declared: { protection: 'key', absentIsFinalAfterMs: 96 * HOUR } });
      expect(end).toEqual({ events: told, results: ['succeeded'], charged: [1], secondTries: 0 });
    });
  });
});
