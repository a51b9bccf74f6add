import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startStripeFake, type StripeFake } from '../../../connectors/stripe-billing/fake-platform.js';
import { dropTestDatabase, testDatabase } from '../../../test/support/database.js';

describe('recovery-hub connections set', () => {
  const database = testDatabase('connections-set');
  const key = 'sk_test_verysecret';
  let fake: StripeFake;
  let environment: Readonly<Record<string, string>>;
  let clientId: string;

  /** A process of its own, with nothing of this one's environment but the path. */
  const run = (...args: string[]): Promise<string> => new Promise((settle, reject) => {
    const child = spawn(process.execPath, [resolve('dist/scripts/recovery-hub.js'), ...args], { env: { PATH: process.env['PATH'], ...environment }, timeout: 60_000 });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
    child.once('error', reject);
    child.once('close', (code) => { if (code === 0 && err === '') settle(out); else reject(new Error(`exit ${String(code)}: ${err}`)); });
  });
  const set = (apiKey: 'KEY' | 'WRONG', ...more: string[]) =>
    run('connections', 'set', clientId, 'stripe-billing', '--credential', `apiKey=env:${apiKey}`, '--credential', 'webhookSecrets=env:SECRET', ...more);

  beforeAll(async () => {
    const port = await new Promise<number>((settle) => {
      const server = createServer().listen(0, '127.0.0.1', () => { const { port: free } = server.address() as AddressInfo; server.close(() => settle(free)); });
    });
    fake = await startStripeFake({ port, apiKey: key });
    environment = {
      HUB_ENV: 'test', MONGODB_URI: database.uri, HUB_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
      HUB_PLATFORM_ROUTES: `api.stripe.com=http://127.0.0.1:${port}`, KEY: key, WRONG: 'sk_test_wrongsecret', SECRET: 'whsec_verysecret',
    };
  });
  beforeEach(async () => {
    const created = JSON.parse(await run('clients', 'create', '--name', 'Example', '--mode', 'test', '--no-webhook', '--json')) as { clientId: string };
    clientId = created.clientId;
  });
  afterAll(async () => {
    await fake.close();
    await dropTestDatabase(database);
  });

  it('makes a healthy connection active and says what is still missing, if anything', async () => {
    const first = await set('KEY');
    expect(first).toMatch(/Mode +active: failing invoices are recovered\n/);
    expect(first).toContain('  Stripe Billing was asked. The connection is active, and this is still missing:\n\n    ! The account has no enabled webhook endpoint.\n');
    expect(first).not.toContain('--mode active');
    fake.world.registerWebhook({ url: 'http://127.0.0.1:9/unused', secret: 'whsec_verysecret' });
    expect(await run('connections', 'set', clientId, 'stripe-billing', '--mode', 'active')).toContain('  Stripe Billing was asked: the credentials work and nothing is missing.\n');
  });

  it('leaves a connection with a wrong key in observe, says so, and prints the command that switches it on once it is mended', async () => {
    const held = await set('WRONG');
    expect(held).toMatch(/Mode +NOT ACTIVE, only observe: the hub reads and decides, and charges nothing\n/);
    expect(held).toContain('  Stripe Billing was asked. The connection stays in observe until this is mended:\n\n    ! Stripe refuses the API key.\n      Developers');
    const command = /Then ask for active again.*:\n {4}recovery-hub (.*)\n/.exec(held)?.[1] ?? '';
    expect(JSON.parse(await set('WRONG', '--json'))).toMatchObject({ connection: { mode: 'observe', needs: [{ code: 'wrong_key' }] } });
    const mended = await run(...command.split(' '), '--credential', 'apiKey=env:KEY', '--credential', 'webhookSecrets=env:SECRET');
    expect(mended).toMatch(/Mode +active: failing invoices are recovered\n/);
    expect(held + mended).not.toMatch(/verysecret|wrongsecret/);
  });

  it('leaves a connection in observe while the platform is down', async () => {
    fake.world.inject({ match: { method: 'GET' }, action: { status: 503, body: { error: { type: 'api_error', message: 'x' } } }, times: 'always' });
    try {
      expect(JSON.parse(await set('KEY', '--json'))).toMatchObject({ connection: { mode: 'observe', requestedMode: 'active', health: 'asked', needs: [{ code: 'platform_down' }] } });
    } finally {
      fake.world.clearFaults();
    }
  });

  it('stores without asking with --no-check, and says so', async () => {
    const unasked = await set('WRONG', '--no-check');
    expect(unasked).toMatch(/Mode +active: /);
    expect(unasked).toContain('  Stripe Billing was not asked (--no-check): whether the credentials work is not known.\n');
    expect(JSON.parse(await set('WRONG', '--no-check', '--json'))).toMatchObject({ connection: { mode: 'active', health: 'skipped', needs: [] } });
  });

  it('maps the platform\'s gateway accounts to ours, shows them, and gives the connection up', async () => {
    const created = JSON.parse(await run('clients', 'create', '--name', 'Mapped', '--mode', 'test', '--no-webhook', '--gateway', 'test', '--json')) as { clientId: string };
    clientId = created.clientId;
    const { client } = JSON.parse(await run('clients', 'show', clientId, '--json')) as { client: { gateways: { gatewayAccountId: string }[] } };
    const account = client.gateways[0]?.gatewayAccountId ?? '';
    const mapped = await set('KEY', '--no-check', '--gateway', `gw_1=${account}`);
    expect(mapped).toMatch(new RegExp(`Charged at +gw_1 at our gateway account ${account}\\n`));
    const connectionId = /Connection id +(\S+)/.exec(mapped)?.[1] ?? '';
    const optioned = JSON.parse(await run('connections', 'set', clientId, 'stripe-billing', '--no-check', '--option', 'onBlocked=hand_back', '--json'));
    expect(optioned).toMatchObject({ connection: { connectionId, options: { gatewayMap: { gw_1: account }, onBlocked: 'hand_back' } } });
    await expect(run('connections', 'disconnect', connectionId, '--note', 'moved away')).rejects.toThrow('"what":"connections disconnect"');
    expect(await run('clients', 'show', clientId)).toMatch(/State +disconnecting\n[\s\S]+Charged at +gw_1/);
  }, 60_000);
});
