import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AcmeFake, type AcmeTarget, startAcmeFake } from './acme-fake.test-bench.js';
import { at, openReceiver, type Receiver, until } from './index.js';

interface Received {
  readonly eventId: unknown;
  readonly attempt: unknown;
}

let fake: AcmeFake;
let receiver: Receiver<Received>;

beforeEach(async () => {
  fake = await startAcmeFake();
  receiver = await openReceiver((headers, body) => ({ eventId: at(JSON.parse(body), 'eventId'), attempt: headers['acme-try'] }));
});

afterEach(async () => {
  await fake.close();
  await receiver.close();
});

const register = (target: Partial<AcmeTarget> = {}): void =>
  fake.sender.register({ endpointId: 'we_1', url: receiver.url, enabled: true, seed: 1, duplicates: 0, disorder: 0, types: [], ...target });

const send = (...eventIds: readonly string[]): void => {
  for (const eventId of eventIds) fake.sender.send({ eventId, type: 'paid' });
};

const many = Array.from({ length: 30 }, (_, index) => `e-${index}`);

describe('the webhook sender', () => {
  it('sends to who wants it, in order, and tells how each try went', async () => {
    register();
    register({ endpointId: 'we_2', types: ['refunded'] });
    register({ endpointId: 'we_3', enabled: false });
    send('e-1', 'e-2');
    await fake.sender.idle();
    expect(receiver.received).toEqual([{ eventId: 'e-1', attempt: '1' }, { eventId: 'e-2', attempt: '1' }]);
    expect(fake.sender.deliveries()).toMatchObject([{ eventId: 'e-1', type: 'paid', endpointId: 'we_1', attempt: 1, status: 200 }, { eventId: 'e-2' }]);
    expect(fake.platform.states).toEqual(['e-1 we_1 scheduled', 'e-2 we_1 scheduled', 'e-1 we_1 succeeded', 'e-2 we_1 succeeded']);
    expect(fake.sender.targets().map(({ endpointId }) => endpointId)).toEqual(['we_1', 'we_2', 'we_3']);
  });

  it('writes each try anew until one is taken', async () => {
    receiver.answerWith(500, 302);
    register();
    send('e-1');
    await fake.sender.idle();
    expect(receiver.received.map(({ attempt }) => attempt)).toEqual(['1', '2', '3']);
    expect(fake.platform.states).toEqual(['e-1 we_1 scheduled', 'e-1 we_1 re_scheduled', 'e-1 we_1 re_scheduled', 'e-1 we_1 succeeded']);
  });

  it('gives up when its style has no further try', async () => {
    receiver.answerWith(500, 500, 500, 500);
    register();
    send('e-1');
    await fake.sender.idle();
    expect(fake.platform.states.at(-1)).toBe('e-1 we_1 failed');
    expect(fake.sender.deliveries().map(({ status }) => status)).toEqual([500, 500, 500]);
  });

  it('has no status of a receiver that is not there', async () => {
    await receiver.close();
    register();
    send('e-1');
    await fake.sender.idle();
    expect(fake.sender.deliveries().map(({ status }) => status)).toEqual([null, null, null]);
  });

  it('delivers twice and out of order as its seed says, the same each time', async () => {
    const orderOf = async (target: Partial<AcmeTarget>): Promise<readonly unknown[]> => {
      receiver.received.splice(0);
      register(target);
      send(...many);
      await fake.sender.idle();
      return receiver.received.map(({ eventId }) => eventId);
    };
    const twice = await orderOf({ seed: 7, duplicates: 0.5 });
    expect(twice.length).toBeGreaterThan(many.length);
    expect([...new Set(twice)]).toEqual(many);
    const mixed = await orderOf({ seed: 7, disorder: 0.5 });
    expect(mixed).not.toEqual(many);
    expect([mixed.length, new Set(mixed)]).toEqual([many.length, new Set(many)]);
    expect(await orderOf({ seed: 7, disorder: 0.5 })).toEqual(mixed);
    expect(await orderOf({ seed: 8, disorder: 0.5 })).not.toEqual(mixed);
  });

  it('keeps what a held endpoint is to get until it is told, one by one and without a retry', async () => {
    register({ held: true });
    send('e-1');
    await fake.sender.idle();
    expect(receiver.received).toEqual([]);
    receiver.answerWith(500);
    const event = { eventId: 'e-1', type: 'paid' };
    expect(await fake.sender.deliverOnce(event)).toMatchObject([{ status: 500 }]);
    expect(await fake.sender.deliverOnce(event)).toMatchObject([{ status: 200 }]);
    expect(fake.platform.states).toEqual(['e-1 we_1 scheduled', 'e-1 we_1 failed', 'e-1 we_1 succeeded']);
  });

  it('stops with its endpoint, and with itself', async () => {
    receiver.answerWith(...Array.from({ length: 9 }, () => 500));
    register();
    send('e-1');
    await until(() => receiver.received.length === 1);
    fake.sender.unregister('we_1');
    await fake.sender.idle();
    send('e-2');
    register({ endpointId: 'we_2' });
    send('e-3');
    fake.sender.close();
    await fake.sender.idle();
    expect(receiver.received.map(({ eventId }) => eventId)).not.toContain('e-2');
    send('e-4');
    await fake.sender.idle();
    expect(fake.sender.deliveries().map(({ eventId }) => eventId)).not.toContain('e-4');
  });
});
