import { describe, expect, test } from '@jest/globals';
import { assert, nat, property } from 'fast-check';
import { expected } from './expected.js';
import { planKills } from './kill-plan.js';

describe('planning kills', () => {
  test('a seed always names the same two moments, of two rows, each an attempt that row makes', () => {
    assert(property(nat(999_999_999), (seed) => {
      const plan = planKills(seed);
      expect(planKills(seed)).toEqual(plan);
      expect(plan).toHaveLength(2);
      expect(new Set(plan.map(({ row }) => row)).size).toBe(2);
      for (const { row, attempt } of plan) expect(attempt).toBeLessThanOrEqual(expected.find((one) => one.row === row)?.attempts ?? 0);
    }));
  });

  test('seeds reach every row that makes an attempt', () => {
    const rows = new Set(Array.from({ length: 200 }, (_, seed) => planKills(seed).map(({ row }) => row)).flat());
    expect([...rows].sort((a, b) => a - b)).toEqual(expected.filter(({ attempts }) => attempts > 0).map(({ row }) => row));
  });
});
