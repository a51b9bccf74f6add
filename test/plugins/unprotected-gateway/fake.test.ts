import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { RepeatProtection } from '../../../core/connector-kit/index.js';
import type { ProtectionSwitch } from './fake/settings.js';
import { startFakeProcess } from './fake-process.js';
import { chargeRequest, openUnprotected, within, type OpenUnprotected } from './open-unprotected.js';

const kinds = ['single_use_object', 'key', 'search_only'] as const;

const world: { open?: OpenUnprotected | undefined } = {};
afterEach(async () => {
  await world.open?.close();
  world.open = undefined;
});

/** One and the same request, sent twice. */
const chargeTwice = async (declared: RepeatProtection['kind'], kept: ProtectionSwitch) => {
  const opened = (world.open = await openUnprotected(declared, { switch: kept }));
  const request = chargeRequest();
  const made = await opened.use.prepare?.(request, within(5000));
  if (made?.ok !== true) throw new Error('It could not be prepared.');
  const prepared = { ...request, chargeRef: made.value.chargeRef };
  const outcomes = [await opened.use.charge(prepared, within(5000)), await opened.use.charge(prepared, within(5000))];
  expect(outcomes).toMatchObject([{ ok: true, value: { status: 'approved' } }, { ok: true, value: { status: 'approved' } }]);
  return opened.fake.ledger();
};

describe('the fake, sent one and the same request twice', () => {
  it.each(kinds.flatMap((declared) => kinds.map((kept) => [declared, kept] as const)))('as %s, while it keeps %s', async (declared, kept) => {
    const report = await chargeTwice(declared, kept);
    const isProtected = declared === kept && declared !== 'search_only';
    expect(report.debts.map((debt) => debt.successes.length)).toEqual([isProtected ? 1 : 2]);
    expect(report.doubleCharges).toHaveLength(isProtected ? 0 : 1);
    // a repeat that the key's memory answers is the same request; every other one is a try
    const isReplay = isProtected && kept === 'key';
    expect(report.secondTries).toMatchObject(isReplay ? [] : [{ secondTry: 'after_success' }]);
    expect(report.debts[0]?.requests.map(({ replayed }) => replayed)).toEqual([false, isReplay]);
  });
});

describe('the fake', () => {
  it('says canceled and charges all the same, where objects are not single-use', async () => {
    const opened = (world.open = await openUnprotected('single_use_object', { switch: 'search_only' }));
    const made = await opened.use.prepare?.(chargeRequest(), within(5000));
    if (made?.ok !== true) throw new Error('It could not be prepared.');
    const request = { ...chargeRequest(), chargeRef: made.value.chargeRef };
    expect(await opened.use.revoke?.(request, within(5000))).toMatchObject({ ok: true, value: { status: 'revoked' } });
    expect(await opened.use.charge(request, within(5000))).toMatchObject({ ok: true, value: { status: 'approved' } });
  });

  it('answers a key that is in use with what is unknown, and one of another request with a refusal', async () => {
    const opened = (world.open = await openUnprotected('key'));
    await opened.fake.inject({ match: '^POST /v1/charges$', action: { delayMs: 400 } });
    const slow = opened.use.charge(chargeRequest(), within(5000));
    while ((await opened.fake.ledger()).debts.length === 0) await new Promise((resolve) => { setTimeout(resolve, 5); });
    expect(await opened.use.charge(chargeRequest(), within(5000))).toMatchObject({ ok: true, value: { status: 'unknown' } });
    expect(await slow).toMatchObject({ ok: true, value: { status: 'approved' } });
    const other = chargeRequest(1, { amount: { minor: 5000, currency: 'EUR' } });
    expect(await opened.use.charge(other, within(5000))).toMatchObject({ ok: false, error: { code: 'invalid_request', reached: 'yes' } });
    expect((await opened.fake.ledger()).doubleCharges).toEqual([]);
  });

  it('forgets a key after its time', async () => {
    const opened = (world.open = await openUnprotected('key', { switch: 'key', keysKeptForMs: 0 }));
    await opened.use.charge(chargeRequest(), within(5000));
    await opened.use.charge(chargeRequest(), within(5000));
    expect((await opened.fake.ledger()).doubleCharges).toHaveLength(1);
  });

  it('shows a charge in search after its lag, or never', async () => {
    const opened = (world.open = await openUnprotected('search_only', { switch: 'search_only', lagMs: 'never' }));
    await opened.use.charge(chargeRequest(), within(5000));
    expect(await opened.use.find(chargeRequest(), within(5000))).toMatchObject({ ok: true, value: { status: 'absent' } });
    await opened.fake.settings({ lagMs: 3_600_000 });
    expect(await opened.use.find(chargeRequest(), within(5000))).toMatchObject({ ok: true, value: { status: 'absent' } });
    await opened.fake.settings({ lagMs: 0 });
    expect(await opened.use.find(chargeRequest(), within(5000))).toMatchObject({ ok: true, value: { status: 'approved' } });
  });

  it('counts a request while another may still take money, also one whose caller has gone', async () => {
    const opened = (world.open = await openUnprotected('search_only'));
    await opened.fake.inject({ match: '^POST /v1/charges$', action: { delayMs: 1000 } });
    expect(await opened.use.charge(chargeRequest(1), within(200))).toMatchObject({ ok: false, error: { reached: 'unknown' } });
    await opened.use.charge(chargeRequest(2), within(5000));
    expect((await opened.fake.ledger()).secondTries).toMatchObject([{ reference: 'case-2', secondTry: 'while_another_is_open' }]);
  });
});

describe('the fake as a process of its own', () => {
  it('says where it is, keeps its own book on the given clock and ends with its parent', async () => {
    const origin = new Date(Date.now() - 1000);
    const fake = await startFakeProcess({ scale: 86_400, origin, apiKey: 'uk_own', switch: 'key', lagMs: 'never' });
    expect(new URL(fake.url).hostname).toBe('127.0.0.1');
    const charge = async (key: string) =>
      (await fetch(`${fake.url}/v1/charges`, {
        method: 'POST',
        headers: { authorization: 'Bearer uk_own', 'idempotency-key': key },
        body: JSON.stringify({ amount: 100, currency: 'EUR', method: 'um_card', reference: 'r-1' }),
      })).status;
    expect([await charge('k-1'), await charge('k-1'), await charge('k-2')]).toEqual([200, 200, 200]);
    const { debts } = await fake.ledger();
    expect(debts).toMatchObject([{ debtId: 'um_card/100/EUR', successes: [{}, {}] }]);
    const [first] = debts[0]?.requests ?? [];
    const hubRan = Date.parse(first?.receivedAt.hub ?? '') - origin.getTime();
    const wallRan = Date.parse(first?.receivedAt.wall ?? '') - origin.getTime();
    // both are told in whole milliseconds
    expect(Math.abs(hubRan / 86_400 - wallRan)).toBeLessThanOrEqual(2);
    await expect(fake.inject({ match: 'x', action: { delayMs: 0 } })).rejects.toThrow('delayMs');
    expect(await fake.stop()).toBe(0);
  });

  it('names each setting it cannot use', async () => {
    const child = spawn(process.execPath, [join(process.cwd(), 'dist/test/plugins/unprotected-gateway/fake/serve.js')], {
      env: { FAKE_GATEWAY_SWITCH: 'none', FAKE_GATEWAY_LAG_MS: 'late' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (part: Buffer) => {
      said += part.toString();
    });
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(1);
    expect(said).toContain('FAKE_GATEWAY_SWITCH');
    expect(said).toContain('FAKE_GATEWAY_LAG_MS');
  });
});
