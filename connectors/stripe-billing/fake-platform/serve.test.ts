import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';

const start = (env: Record<string, string>) =>
  spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'serve.ts')], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });

const post = async (url: string, body: object) => {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('the fake as its own process', () => {
  it('says where it is, obeys the world control over HTTP and ends with its parent\'s pipe', async () => {
    const origin = '2026-11-20T09:00:00Z';
    const child = start({
      FAKE_STRIPE_TIME_SCALE: '10',
      FAKE_STRIPE_TIME_ORIGIN: origin,
      FAKE_STRIPE_SEED: '4',
      FAKE_STRIPE_API_KEY: 'sk_test_own',
    });
    try {
      const lines = createInterface({ input: child.stdout });
      const [line] = (await once(lines, 'line')) as [string];
      const { ready, url } = JSON.parse(line) as { ready: boolean; url: string };
      expect([ready, new URL(url).hostname]).toEqual([true, '127.0.0.1']);

      const billed = await post(
        `${url}/_fake/bill`,
        { label: 'remote', amount: 500, currency: 'eur', card: { brand: 'visa', results: ['lost_card'] } },
      );
      expect(billed).toMatchObject({ status: 200, body: { invoice: expect.stringMatching(/^in_/) } });
      const fault = await post(`${url}/_fake/inject`, { match: { path: '/pay$', bindToFirstKey: true }, action: '429', times: 'always' });
      expect(fault).toMatchObject({ status: 200, body: { faultId: 'fault-1' } });
      expect(await post(
        `${url}/_fake/bill`,
        { label: 'remote', amount: -1, card: { results: [] } },
      )).toMatchObject({ status: 400, body: { error: expect.stringContaining('amount') } });
      expect((await post(`${url}/_fake/nonsense`, {})).status).toBe(404);
      expect(await post(
        `${url}/_fake/setSwitches`,
        { colour: true },
      )).toMatchObject({ status: 400, body: { error: expect.stringContaining('colour') } });

      const ledger = (await (await fetch(`${url}/_fake/ledger`)).json()) as { debts: { label: string }[]; secondTries: unknown[] };
      expect(ledger.debts.map(({ label }) => label)).toEqual(['remote (older)', 'remote']);
      expect(ledger.secondTries).toEqual([]);
      const clock = (await (await fetch(`${url}/_fake/clock`)).json()) as { hubNow: string; scale: number; origin: string };
      expect(clock).toMatchObject({ scale: 10, origin: new Date(origin).toISOString() });
      const expected = Date.parse(origin) + (Date.now() - Date.parse(origin)) * 10;
      expect(Math.abs(Date.parse(clock.hubNow) - expected)).toBeLessThan(20_000);
      const account = await fetch(`${url}/v1/account`, { headers: { authorization: 'Bearer sk_test_own' } });
      expect(account.status).toBe(200);

      child.stdin.end();
      const [code] = (await once(child, 'exit')) as [number];
      expect(code).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('names the setting it cannot use', async () => {
    const child = start({ FAKE_STRIPE_TIME_SCALE: 'fast', FAKE_STRIPE_TIME_ORIGIN: 'yesterday' });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(1);
    expect(said).toContain('FAKE_STRIPE_TIME_SCALE');
    expect(said).toContain('FAKE_STRIPE_TIME_ORIGIN');
  });
});
