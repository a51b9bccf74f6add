import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '../scheduling/index.js';
import { createOutages, outageWaitMs } from './outages.js';

const lane = 'delivery/one';
const seconds = (from: Date, to: Date | undefined) => to && (to.getTime() - from.getTime()) / 1000;

const setUp = () => {
  const clock = createManualClock(new Date('2026-11-20T12:00:00Z'));
  const told: string[] = [];
  const outages = createOutages({ clock, told: (name, state) => { told.push(`${name} ${state}`); } });
  const fail = (id: string, retryAfterMs?: number) => {
    expect(outages.turn(lane, id)).toEqual({ may: 'ask' });
    return outages.failed(lane, id, retryAfterMs);
  };
  const wait = (id: string, name = lane) => {
    const turn = outages.turn(name, id);
    return turn.may === 'wait' ? seconds(clock.hubNow(), turn.until) : turn.may;
  };
  return { clock, told, outages, fail, wait };
};

describe('an outage', () => {
  it('is not one delivery that fails, however often, nor several with an answer between', () => {
    const { outages, fail, wait, told } = setUp();
    for (let time = 0; time < 5; time += 1) expect(fail('a')).toBeUndefined();
    outages.answered(lane);
    expect(fail('b')).toBeUndefined();
    expect([wait('c'), outages.isAway(lane), told]).toEqual(['ask', 'no', []]);
  });

  it('begins with two that fail in a row: then one at a time looks, after 1 s doubling to 2 min, and then every 2 min', () => {
    const { clock, outages, fail, wait, told } = setUp();
    fail('a');
    expect(seconds(clock.hubNow(), fail('b'))).toBe(2);
    const waits: unknown[] = [];
    for (let time = 0; time < 10; time += 1) {
      const next = wait('c');
      waits.push(next);
      clock.advance(Number(next) * 1000 - 1);
      expect(wait('c')).toBe(0.001);
      clock.advance(1);
      // the first that comes looks; whoever comes meanwhile waits
      expect(outages.turn(lane, `probe${String(time)}`)).toEqual({ may: 'ask' });
      expect(wait('c')).toBe(outageWaitMs(time) / 1000);
      // and comes again after the others, so that another one looks next
      expect(seconds(clock.hubNow(), outages.failed(lane, `probe${String(time)}`, undefined))).toBe(outageWaitMs(time + 1) / 1000 + 1);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 120, 120, 120]);
    expect(told).toEqual([`${lane} away`]);
  });

  it('believes a platform that asks for a wait up to an hour, and looks again then', () => {
    const { clock, outages, fail, wait } = setUp();
    fail('a', 31 * 86_400_000);
    fail('b', 31 * 86_400_000);
    expect(wait('c')).toBe(3600);
    clock.advance(3_600_000);
    expect(outages.turn(lane, 'c')).toEqual({ may: 'ask' });
    outages.failed(lane, 'c', 600_000);
    expect(wait('d')).toBe(600);
  });

  it('ends with any answer, for all at once', () => {
    const { clock, outages, fail, wait, told } = setUp();
    fail('a');
    fail('b');
    clock.advance(1000);
    expect(outages.turn(lane, 'c')).toEqual({ may: 'ask' });
    outages.answered(lane);
    expect([wait('a'), wait('d'), outages.isAway(lane)]).toEqual(['ask', 'ask', 'no']);
    outages.answered(lane);
    expect(told).toEqual([`${lane} away`, `${lane} back`]);
  });

  it('is prolonged by nobody but who looks: answers that were under way when it began change nothing', () => {
    const { clock, outages, fail, wait } = setUp();
    for (const id of ['late1', 'late2']) expect(outages.turn(lane, id)).toEqual({ may: 'ask' });
    fail('a');
    fail('b');
    expect(outages.failed(lane, 'late1', undefined)).toBeDefined();
    expect(wait('c')).toBe(1);
    clock.advance(1000);
    expect(outages.turn(lane, 'c')).toEqual({ may: 'ask' });
    outages.failed(lane, 'late2', undefined);
    expect(wait('d')).toBe(1);
  });

  it('is left alone for as long as the platform asks, in real time', () => {
    const { clock, outages, fail } = setUp();
    fail('a', 30_000);
    fail('b', 30_000);
    clock.advanceHub(10_000);
    expect(outages.turn(lane, 'c').may).toBe('wait');
    clock.advance(20_000);
    expect(outages.turn(lane, 'c').may).toBe('ask');
  });

  it('is that of its lane alone', () => {
    const { fail, wait } = setUp();
    fail('a');
    fail('b');
    expect([wait('x', 'delivery/other'), wait('x')]).toEqual(['ask', 1]);
  });
});
