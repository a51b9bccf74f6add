import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { quantile, spreadOf } from './statistics.js';
import { ratioOf, runRounds } from './rounds.js';

const directory = mkdtempSync(join(tmpdir(), 'recovery-hub-bench-'));
const limitMs = 150_000;

/** Runs a benchmark on very few of everything: nothing is asserted of its ratios. */
const run = (name: string, sizes: Readonly<Record<string, number>>): Promise<string> => new Promise((resolve, reject) => {
  const args = Object.entries(sizes).flatMap(([size, value]) => [`--${size}`, String(value)]);
  execFile(process.execPath, [join(process.cwd(), `dist/scripts/bench/${name}.js`), ...args, '--directory', join(directory, name)], { timeout: limitMs }, (error, stdout, stderr) => {
    if (error) reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
    else resolve(stdout.trimEnd().split('\n').at(-1) ?? '');
  });
});

describe('the benchmarks', () => {
  afterAll(() => { rmSync(directory, { recursive: true, force: true }); });

  it('bench:due ends with its three ratios', async () => {
    const last = await run('due', { 'cases': 30, 'beside': 200, 'few': 50, 'many': 200, 'warm-up': 0, 'rounds': 1 });
    expect(last).toMatch(/^bench:due: 200 beside, against raw Agenda [\d.]+ × \(at least 5 ×\) (met|missed) · against the same commands sent bare [\d.]+ × .* (met|missed) · 200 beside, against 50 beside [\d.]+ × .* (met|missed)$/);
  }, limitMs);

  it('bench:ack ends with its ratio and its latencies', async () => {
    const last = await run('ack', { 'requests': 60, 'per-second': 100, 'events': 20, 'backlog': 20, 'warm-up': 0, 'rounds': 1 });
    expect(last).toMatch(/^bench:ack: acknowledged webhooks against bare [\d.]+ × .* (met|missed) · p99 at 100\/s [\d.]+ ms .* (met|missed) · p99 of healthy endpoints beside a dead one [\d.]+ ms, .* (met|missed)$/);
  }, limitMs);

  it('tell median and quartiles', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ low: 2, median: 3, high: 4 });
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  });

  it('measure everybody in every round, in turn, and count no warm-up', async () => {
    const order: string[] = [];
    const contender = (name: 'a' | 'b', value: number) => ({ name, round: async () => { order.push(name); return value * order.length; } });
    const measured = await runRounds([contender('a', 1), contender('b', 2)], { warmUp: 1, counted: 2 }, () => undefined, '');
    expect(order).toEqual(['b', 'a', 'a', 'b', 'b', 'a']);
    expect(measured.get('a')?.values).toEqual([3, 6]);
    expect(ratioOf(measured.get('a'), measured.get('b')).values).toEqual([3 / 8, 6 / 10]);
  });
});
