import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '../scheduling/index.js';
import type { DeliveryDocument } from './delivery.model.js';
import { deferralMs, markDelivery, renewDelivery } from './delivery-writes.js';

const start = new Date('2026-11-20T10:00:00Z');
const vault = { seal: (text: string, context: string) => `sealed(${context}:${text})` };
const held = (over: Partial<DeliveryDocument> = {}): DeliveryDocument => ({
  _id: '01KDELIVERY', v: 1, clientId: 'c', connectionId: 'k', platform: 'p', lane: 'delivery/k', deliveryId: 'evt_1', state: 'received', deferrals: 0, receivedAt: start, acceptedAt: start,
  expiresAt: start, bytes: 2, sealed: 's', holder: 'me', fence: 3, strikes: 1, ...over,
});
const away = { state: 'deferred', waitsFor: 'platform', reason: 'platform_down', detail: 'why' } as const;

describe('a deferral', () => {
  it('waits 1 s, doubling to 2 min, then 2 min each time', () => {
    expect(Array.from({ length: 10 }, (_, deferrals) => deferralMs(deferrals) / 1000)).toEqual([1, 2, 4, 8, 16, 32, 64, 120, 120, 120]);
    expect(deferralMs(5000)).toBe(120_000);
  });

  it('gives the delivery up with its hold, not before the platform asked for', () => {
    const clock = createManualClock(start);
    const write = markDelivery(held({ deferrals: 1 }), away, { clock, vault });
    expect(write.filter).toEqual({ _id: '01KDELIVERY', holder: 'me', fence: 3 });
    expect(write.nextAt).toEqual(new Date(start.getTime() + 2000));
    expect(write.update).toMatchObject({ $set: { state: 'deferred', holder: null, strikes: 0, nextAt: write.nextAt, reason: 'platform_down', sealedDetail: 'sealed(deliveries/01KDELIVERY:why)' }, $inc: { deferrals: 1 } });
    expect(markDelivery(held(), { ...away, retryAfterMs: 90_000 }, { clock, vault }).nextAt).toEqual(new Date(start.getTime() + 90_000));
    expect(markDelivery(held(), { ...away, retryAfterMs: 31 * 86_400_000 }, { clock, vault }).nextAt).toEqual(new Date(start.getTime() + 3_600_000));
    expect(markDelivery(held({ deferrals: 9 }), { ...away, retryAfterMs: 1 }, { clock, vault }).nextAt).toEqual(new Date(start.getTime() + 120_000));
  });

  it('ends after three days of hub time: then a person is asked', () => {
    const clock = createManualClock(start);
    clock.advanceHub(3 * 86_400_000 - 1);
    expect(markDelivery(held({ deferrals: 2000 }), away, { clock, vault }).update.$set).toMatchObject({ state: 'deferred' });
    clock.advanceHub(1);
    const parked = markDelivery(held({ deferrals: 2000 }), away, { clock, vault });
    expect(parked.update).toMatchObject({ $set: { state: 'parked', reason: 'platform_down' }, $unset: { nextAt: '', waitsFor: '', leaseUntil: '' } });
    expect(parked.nextAt).toBeUndefined();
  });
});

it('an end leaves nothing due and no reason of an earlier deferral', () => {
  const clock = createManualClock(start);
  const write = markDelivery(held({ reason: 'platform_down' }), { state: 'understood' }, { clock, vault });
  expect(write.update).toEqual({ $set: { state: 'understood', holder: null, strikes: 0, finishedAt: start }, $unset: { leaseUntil: '', nextAt: '', waitsFor: '', reason: '', sealedDetail: '' } });
});

it('a renewal is due again in hub time when its lease ends in wall time', () => {
  const clock = createManualClock(start);
  clock.advanceHub(3_600_000);
  const leaseUntil = new Date(start.getTime() + 30_000);
  expect(renewDelivery(held(), leaseUntil, clock).update).toEqual({ $set: { leaseUntil, nextAt: new Date(start.getTime() + 3_630_000) } });
});
