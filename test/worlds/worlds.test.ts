import { describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { renderFailure } from './render-worlds.js';
import { runWorlds, type WorldsReport } from './run-worlds.js';

jest.setTimeout(300_000);

const worker = join(process.cwd(), 'dist/test/worlds/worker.js');
const brokenLaws = (failed: WorldsReport['failed']) => failed.flatMap((end) => ('broken' in end ? [] : end.violations.map(({ law }) => law)));
const seeds = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);

describe('worlds of hubs in one process, on simulated time', () => {
  it('hold every law and come to rest: the first 6 of the seeds that the proof plays', async () => {
    const report = await runWorlds({ worker, seeds: seeds(1, 6), lanes: 2 });
    expect(report.failed.flatMap((end) => renderFailure(end, 'all'))).toEqual([]);
    expect(report.worlds).toBe(6);
    expect(report.charged).toBeGreaterThan(0);
    expect(Object.keys(report.faults).length).toBeGreaterThan(3);
  });

  it('are seen to fail where the end of a case is written without its event', async () => {
    const { failed } = await runWorlds({ worker, plant: 'outbox', seeds: seeds(4, 2), lanes: 2 });
    expect(brokenLaws(failed)).toContain(4);
  });

  it('are seen to fail where a gateway keeps nothing of the protection it declares', async () => {
    const { failed } = await runWorlds({ worker, plant: 'protection', seeds: [5513], lanes: 1 });
    expect(brokenLaws(failed)).toContain(1);
  });
});
