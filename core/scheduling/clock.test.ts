import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createClock, createManualClock } from './index.js';

const origin = new Date('2026-11-20T10:00:00.123Z');
const day = 86_400_000;
const scales = fc.oneof(fc.constantFrom(1, 2, 60, 28_800, 1_000_000), fc.integer({ min: 1, max: 1_000_000 }));
const moments = fc.integer({ min: 0, max: 3_000_000_000_000 }).map((ms) => new Date(ms));
// a million times the wall leaves the range of dates after a hundred days
const walls = fc.integer({ min: -day, max: 30 * day }).map((ms) => new Date(origin.getTime() + ms));

describe('the clock of a process', () => {
  it('is the wall at scale 1', () => {
    const wall = new Date('2026-11-21T00:00:00.000Z');
    const clock = createClock({ scale: 1, origin, wallNow: () => wall });
    expect([clock.hubNow(), clock.wallNow(), clock.hubAt(wall), clock.wallAt(wall)]).toEqual([wall, wall, wall, wall]);
  });

  it('passes a day in three seconds at scale 28800', () => {
    const clock = createClock({ scale: 28_800, origin, wallNow: () => new Date(origin.getTime() + 3000) });
    expect(clock.hubNow()).toEqual(new Date(origin.getTime() + day));
    expect(clock.wallAt(new Date(origin.getTime() + 2 * day))).toEqual(new Date(origin.getTime() + 6000));
  });

  it('goes by the wall it is given, now', () => {
    let wall = origin;
    const clock = createClock({ scale: 10, origin, wallNow: () => wall });
    wall = new Date(origin.getTime() + 5);
    expect(clock.hubNow().getTime() - origin.getTime()).toBe(50);
  });

  it('has passed what an operator advanced, and a hub time comes that much earlier', () => {
    const clock = createClock({ scale: 1, origin, advancedMs: day, wallNow: () => origin });
    expect(clock.hubNow()).toEqual(new Date(origin.getTime() + day));
    expect(clock.wallAt(new Date(origin.getTime() + day))).toEqual(origin);
  });

  it('law: comes back from hub time to the wall time it came from', () => {
    fc.assert(fc.property(scales, walls, fc.integer({ min: 0, max: 90 * day }), (scale, wall, advancedMs) => {
      const clock = createClock({ scale, origin, advancedMs });
      expect(clock.wallAt(clock.hubAt(wall))).toEqual(wall);
    }));
  });

  it('law: wallAt is the first whole ms of the wall at which the hub time has come', () => {
    fc.assert(fc.property(scales, moments, fc.integer({ min: 0, max: 90 * day }), (scale, hub, advancedMs) => {
      const clock = createClock({ scale, origin, advancedMs });
      const wall = clock.wallAt(hub);
      expect(clock.hubAt(wall).getTime()).toBeGreaterThanOrEqual(hub.getTime());
      expect(clock.hubAt(new Date(wall.getTime() - 1)).getTime()).toBeLessThan(hub.getTime());
    }), { numRuns: 2000 });
  });

  it('law: the same, just after a whole ms of the wall, where the fractions are smallest', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 1_000_000 }), fc.nat(30 * day), fc.integer({ min: 1, max: 3 }), (scale, ms, little) => {
      const clock = createClock({ scale, origin });
      const hub = new Date(origin.getTime() + ms * scale + little);
      expect(clock.hubAt(clock.wallAt(hub)).getTime()).toBeGreaterThanOrEqual(hub.getTime());
    }));
  });

  it('law: hub time never goes back while the wall goes on', () => {
    fc.assert(fc.property(scales, walls, fc.nat(10_000), (scale, wall, later) => {
      const clock = createClock({ scale, origin });
      expect(clock.hubAt(new Date(wall.getTime() + later)).getTime()).toBeGreaterThanOrEqual(clock.hubAt(wall).getTime());
    }));
  });
});

describe('waits that physics decides', () => {
  it.each([
    [1, 1_800_000, 2000, 1_800_000],
    [1, 500, 2000, 2000],
    [60, 1_800_000, 2000, 30_000],
    [28_800, 1_800_000, 2000, 2000],
    [28_800, day, 3000, 3000],
    [28_800, 4 * day, 3000, 12_000],
  ])('are "not before", at scale %d of %d ms and a floor of %d ms: %d ms', (scale, realMs, floorMs, expected) => {
    expect(createClock({ scale, origin }).notBeforeMs(realMs, floorMs)).toBe(expected);
  });

  it('are "not after" without a floor', () => {
    expect(createClock({ scale: 28_800, origin }).notAfterMs(day)).toBe(3000);
    expect(createClock({ scale: 28_800, origin }).notAfterMs(28)).toBeLessThan(1);
    expect(createClock({ scale: 1, origin }).notAfterMs(day)).toBe(day);
  });
});

describe('the manual clock', () => {
  it('stands still, and moves only as told: both times, or hub time alone', () => {
    const clock = createManualClock(origin);
    const at = (hubMs: number, wallMs: number) => {
      expect(clock.hubNow().getTime() - origin.getTime()).toBe(hubMs);
      expect(clock.wallNow().getTime() - origin.getTime()).toBe(wallMs);
      expect(clock.hubAt(clock.wallNow())).toEqual(clock.hubNow());
      expect(clock.wallAt(clock.hubNow())).toEqual(clock.wallNow());
    };
    at(0, 0);
    clock.advance(1000);
    at(1000, 1000);
    clock.advanceHub(day);
    at(day + 1000, 1000);
    clock.advance(1);
    at(day + 1001, 1001);
  });
});
