import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PlatformError, type ChargeRequest } from '../connector-kit/index.js';
import type { GatewayUse, WriteTime } from '../plugin-registry/index.js';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import { execute } from './execute.js';
import { watchPermission } from './watch-permission.js';

const later = (ms: number) => new Promise((resolve) => { setTimeout(resolve, ms); });

describe('a stop of all charges', () => {
  let bench: RecoveryBench;
  let stopped: string | undefined;
  beforeEach(async () => {
    bench = await startRecoveryBench({ label: 'standstill' });
    stopped = undefined;
    Object.assign(bench.ports, { standstill: async () => stopped });
  });
  afterEach(async () => { await bench.stop(); });

  const pay = async () => {
    const result = await execute({ clientId: 'client-1', tokenText: 'pm_1', amount: { minor: 4900, currency: 'USD' } }, bench.ports);
    if (result.status !== 'opened') throw new Error(result.status);
    return result.view.transactionId;
  };
  /** Nothing was charged, the case says why; afterwards it is charged once. */
  const waitsAndIsChargedOnce = async (caseId: string) => {
    expect(bench.money.tried).toEqual([]);
    await bench.drive(caseId, 5).catch(() => undefined);
    expect(await bench.get(caseId)).toMatchObject({ status: 'queued', plan: { because: 'A direct call is charged at once. Charges are paused.' } });
    stopped = undefined;
    await bench.drive(caseId);
    expect(await bench.get(caseId)).toMatchObject({ status: 'succeeded' });
    expect(bench.money.approved()).toHaveLength(1);
    expect(bench.money.faults).toEqual([]);
  };

  it('opens no case by a call', async () => {
    stopped = 'Charges are paused.';
    expect(await execute({ clientId: 'client-1', tokenText: 'pm_1', amount: { minor: 4900, currency: 'USD' } }, bench.ports)).toEqual({ status: 'paused' });
  });

  it('that comes while an object is prepared leaves it uncharged', async () => {
    const gateway = { ...bench.money.gateway };
    Object.assign(bench.money.gateway, {
      prepare: (...args: Parameters<NonNullable<GatewayUse['prepare']>>) => {
        if (bench.money.calls.prepares === 0) stopped = 'Charges are paused.';
        return gateway.prepare?.(...args);
      },
    });
    const caseId = await pay();
    expect(bench.money.calls.prepares).toBe(1);
    await waitsAndIsChargedOnce(caseId);
  });

  it('that comes while a charge waits for its turn holds it back', async () => {
    const gateway = { ...bench.money.gateway };
    const waits: string[] = [];
    Object.assign(bench.money.gateway, {
      charge: async (request: ChargeRequest, time: WriteTime) => {
        if (waits.length > 0) return gateway.charge(request, time);
        expect(time.heldBack?.()).toBeUndefined();
        stopped = 'Charges are paused.';
        await later(1000);
        waits.push(time.heldBack?.() ?? 'may begin');
        return { ok: false, error: new PlatformError('held back', { code: 'platform_down', reached: 'no' }) };
      },
    });
    const caseId = await pay();
    expect(waits).toEqual(['Charges are paused.']);
    await waitsAndIsChargedOnce(caseId);
  });

  it('that cannot be read for a second holds back as well', async () => {
    const permission = watchPermission(() => Promise.reject(new Error('the database is gone')));
    try {
      expect(permission.heldBack()).toBeUndefined();
      await later(1050);
      expect(permission.heldBack()).toBe('Whether charges are paused cannot be read now.');
    } finally { permission.end(); }
  });
});
