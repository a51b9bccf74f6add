import { describe, expect, it } from '@jest/globals';
import { allRuns, inOrderOf } from './runs.js';

/** Section 7 of the money protocol names them. */
const points = [
  'delivery stored', 'acknowledged', 'signalled', 'claimed', 'take-over intended', 'taken', 'reserved', 'attempt written', 'prepared', 'charge sent', 'charge answered',
  'approval known, fence lost', 'outcome written', 'closed', 'relayed', 'recorded on the platform', 'settled', 'refunded', 'handed back',
];
const stopped = ['take-over intended', 'taken', 'reserved', 'attempt written', 'prepared', 'charge sent', 'charge answered', 'handed back'];

describe('the crash matrix', () => {
  const runs = allRuns();
  const has = (point: string, fault: string, hubs: number) => runs.some((run) => run.point === point && run.fault === fault && run.hubs === hubs);

  it.each(points)('kills a hub at "%s", alone and beside another', (point) => {
    expect(has(point, 'kill', 2)).toBe(true);
    expect(has(point, 'kill', 1)).toBe(point !== 'approval known, fence lost');
  });

  it('loses a hold only where there is an approval to lose', () => {
    expect(runs.filter(({ point }) => point === 'approval known, fence lost').map(({ scenario }) => scenario)).not.toContain('elsewhere, declined');
  });

  it.each(stopped)('stops a hub past its lease at "%s", alone and beside another', (point) => {
    expect(has(point, 'stop', 1) && has(point, 'stop', 2) && has(point, 'sleep', 2)).toBe(true);
  });

  it('kills the database, and takes the receiver away', () => {
    expect(new Set(runs.filter(({ fault }) => fault === 'database').map(({ point }) => point)).size).toBeGreaterThan(12);
    expect(runs.filter(({ fault }) => fault === 'receiver').map(({ hubs }) => hubs)).toEqual(expect.arrayContaining([1, 2]));
  });

  it('names every run once, plays all in any order, and begins with one of each scenario', () => {
    const ids = runs.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const [one, same, other] = [inOrderOf('a', runs), inOrderOf('a', runs), inOrderOf('b', runs)];
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    expect(one.map(({ id }) => id).sort()).toEqual([...ids].sort());
    const scenarios = new Set(runs.map(({ scenario }) => scenario));
    expect(new Set(one.slice(0, scenarios.size).map(({ scenario }) => scenario))).toEqual(scenarios);
  });
});
