import { describe, expect, it } from '@jest/globals';
import { dayStep, payday } from './steps.js';

const at = (text: string) => new Date(text);

describe('the payday window', () => {
  it.each([
    // from, zone, billing day, expected
    ['a Wednesday: the Friday', '2026-11-18T12:00:00Z', 'UTC', undefined, '2026-11-20T10:00:00Z'],
    ['Friday before 10:00: today', '2026-11-20T09:59:59Z', 'UTC', undefined, '2026-11-20T10:00:00Z'],
    ['Friday at 10:00: a week later', '2026-11-20T10:00:00Z', 'UTC', undefined, '2026-11-27T10:00:00Z'],
    ['Friday in New York', '2026-11-18T12:00:00Z', 'America/New_York', undefined, '2026-11-20T15:00:00Z'],
    ['clocks go forward on the way (Berlin)', '2026-03-28T12:00:00Z', 'Europe/Berlin', undefined, '2026-04-03T08:00:00Z'],
    ['clocks go back on the way (New York)', '2026-10-31T12:00:00Z', 'America/New_York', undefined, '2026-11-06T15:00:00Z'],
    ['day 31 in February', '2026-02-16T12:00:00Z', 'UTC', 31, '2026-02-28T10:00:00Z'],
    ['day 31 in a leap February', '2028-02-16T12:00:00Z', 'UTC', 31, '2028-02-29T10:00:00Z'],
    ['day 31 in April', '2026-04-17T12:00:00Z', 'UTC', 31, '2026-04-30T10:00:00Z'],
    ['billing day today, later: today', '2026-11-25T09:00:00Z', 'UTC', 25, '2026-11-25T10:00:00Z'],
    ['billing day today, past: next Friday', '2026-11-25T11:00:00Z', 'UTC', 25, '2026-11-27T10:00:00Z'],
    ['billing day 14 days away', '2026-11-11T12:00:00Z', 'UTC', 25, '2026-11-25T10:00:00Z'],
    ['billing day 15 days away: Friday', '2026-11-10T12:00:00Z', 'UTC', 25, '2026-11-13T10:00:00Z'],
    ['over the new year', '2026-12-29T12:00:00Z', 'UTC', 1, '2027-01-01T10:00:00Z'],
    ['+14 h', '2026-11-19T22:00:00Z', 'Pacific/Kiritimati', undefined, '2026-11-26T20:00:00Z'],
    ['−11 h', '2026-11-20T20:30:00Z', 'Pacific/Pago_Pago', undefined, '2026-11-20T21:00:00Z'],
    ['+5:45', '2026-11-18T12:00:00Z', 'Asia/Kathmandu', undefined, '2026-11-20T04:15:00Z'],
  ])('%s', (_name, from, timezone, billingCycleDay, expected) => {
    expect(payday(at(from), undefined, { timezone, billingCycleDay }).toISOString()).toBe(at(expected).toISOString());
  });

  it('is at least 20 h after our last charge', () => {
    const charged = at('2026-11-19T15:00:00Z');
    expect(payday(charged, charged, { timezone: 'UTC', billingCycleDay: undefined }).toISOString()).toBe('2026-11-27T10:00:00.000Z');
  });
});

describe('a day step', () => {
  it.each([
    ['2026-11-18T12:00:00Z', 1, 'UTC', '2026-11-19T10:00:00Z'],
    ['2026-11-18T15:00:00Z', 1, 'UTC', '2026-11-20T10:00:00Z'],
    ['2026-11-18T14:00:00Z', 1, 'UTC', '2026-11-19T10:00:00Z'],
    ['2026-03-28T12:00:00Z', 1, 'Europe/Berlin', '2026-03-29T08:00:00Z'],
    ['2026-10-24T12:00:00Z', 1, 'Europe/Berlin', '2026-10-25T09:00:00Z'],
    ['2026-11-18T03:00:00Z', 3, 'America/New_York', '2026-11-20T15:00:00Z'],
    ['2028-02-26T12:00:00Z', 3, 'UTC', '2028-02-29T10:00:00Z'],
  ])('from %s +%d d in %s', (from, days, timezone, expected) => {
    expect(dayStep(at(from), days, timezone).toISOString()).toBe(at(expected).toISOString());
  });
});
