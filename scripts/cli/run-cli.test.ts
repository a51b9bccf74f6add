import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newConnectorCase, type CaseDocument } from '../../core/cases/index.js';
import { connectStorage } from '../../core/storage/index.js';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { startEmbeddedMongo } from '../embedded-mongo/index.js';

interface Ran { readonly code: number | null; readonly out: string; readonly err: string }

describe('the command line', () => {
  const database = testDatabase('cli');
  const program = resolve('dist/scripts/recovery-hub.js');
  let folder: string;
  let onDatabase: Record<string, string>;

  /** A process of its own, with nothing of this one's environment but the path. */
  const run = (args: readonly string[], env: Record<string, string> = onDatabase, input?: string): Promise<Ran> =>
    new Promise((settle, reject) => {
      const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env['PATH'], ...env }, stdio: ['pipe', 'pipe', 'pipe'], timeout: 60_000 });
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
      child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
      child.once('error', reject);
      child.once('close', (code) => settle({ code, out, err }));
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
  const created = async (...more: string[]): Promise<{ clientId: string; apiKey: string }> => {
    const { code, out, err } = await run(['clients', 'create', '--name', 'Example', '--mode', 'test', '--no-webhook', '--json', ...more]);
    expect([code, err]).toEqual([0, '']);
    return JSON.parse(out) as { clientId: string; apiKey: string };
  };
  const set = (clientId: string, args: readonly string[], env: Record<string, string> = {}, input?: string) =>
    run(['connections', 'set', clientId, 'stripe-billing', '--no-check', ...args], { ...onDatabase, ...env }, input);

  let known: { clientId: string };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hub-cli-'));
    onDatabase = { HUB_ENV: 'test', MONGODB_URI: database.uri, HUB_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`, HUB_DATA_DIR: join(folder, 'unused') };
    known = await created();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await dropTestDatabase(database);
  });

  it('creates a client, shows its secrets once, and shows the rest at any time', async () => {
    const { code, out } = await run([
      'clients', 'create', '--name', 'Example Ltd', '--mode', 'test', '--webhook-url', 'http://127.0.0.1:4020/hook', '--gateway', 'test', '--gateway', 'stripe:env:STRIPE_KEY',
      '--timezone', 'Europe/Berlin', '--billing-day', '15',
    ], { ...onDatabase, STRIPE_KEY: 'sk_test_verysecret' });
    expect(code).toBe(0);
    const clientId = /Client id +([0-9a-f-]{36})\n/.exec(out)?.[1] ?? '';
    const apiKey = /Secret key +(rev_[\w-]{32})\n/.exec(out)?.[1] ?? '';
    expect(out).toMatch(/Publishable key +rev_pk_[\w-]{32}\n/);
    expect(out).toMatch(/Webhook signing secret +whsec_[A-Za-z0-9+/]{32}\n/);
    expect(out).toContain('Copy the two keys and the signing secret now: they are not shown again.');
    expect(out).toContain(`stripe-billing  http://127.0.0.1:3000/api/connectors/stripe-billing/webhook/${clientId}\n`);
    expect(out).toContain(
      `recovery-hub connections set ${clientId} stripe-billing \\\n      --credential apiKey=env:STRIPE_BILLING_API_KEY \\\n      --credential webhookSecrets=env:STRIPE_BILLING_WEBHOOK_SECRETS\n`,
    );
    expect(apiKey).not.toBe('');

    const text = (await run(['clients', 'show', clientId])).out;
    expect(text).toContain('Example Ltd  (test, active)');
    expect(text).toMatch(/Payday +day 15 of the month, 10:00 Europe\/Berlin\n/);
    expect(text).toMatch(/ {2}test +test +\w{26}\n {2}stripe +test +\w{26}\n/);
    const json = (await run(['clients', 'show', clientId, '--json'])).out;
    expect(JSON.parse(json)).toMatchObject({ client: { clientId, settings: { billingCycleDay: 15 }, keys: [{ kind: 'secret' }, { kind: 'publishable' }], connections: [] } });
    expect(text + json).not.toMatch(/rev_|whsec_|verysecret/);
  });

  it('answers a created client to machines in the members of the API', async () => {
    expect(Object.keys(await created())).toEqual(['clientId', 'mode', 'apiKey', 'publishableKey', 'webhookSigningSecret', 'connectorWebhookUrls', 'connections']);
  });

  it('runs the command that a new client prints', async () => {
    const { out } = await run(['clients', 'create', '--name', 'Example', '--mode', 'test', '--no-webhook']);
    const command = /recovery-hub (connections set \S+ stripe-billing(?: \\\n +--credential \S+)*)/.exec(out)?.[1] ?? '';
    const { code, out: answer } = await run([...command.split(/[\s\\]+/), '--no-check'], {
      ...onDatabase, STRIPE_BILLING_API_KEY: 'sk_test_verysecret', STRIPE_BILLING_WEBHOOK_SECRETS: 'whsec_verysecret',
    });
    expect(code).toBe(0);
    expect(answer).toContain('Connected to Stripe Billing');
    expect(answer).toMatch(/Mode +active: failing invoices are recovered\n/);
    expect(answer).not.toContain('verysecret');
  });

  it('takes credentials from variables, files and standard input, several of one name as a list', async () => {
    const { clientId } = await created();
    const path = join(folder, 'key');
    writeFileSync(path, 'rk_test_fromfile\n');
    const { code, out } = await set(clientId, ['--credential', `apiKey=file:${path}`, '--credential', 'webhookSecrets=-', '--credential', 'webhookSecrets=env:OLD', '--json'], { OLD: 'whsec_old' }, 'whsec_new\n');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ connection: { clientId, platform: 'stripe-billing', mode: 'active', accountMode: 'test', revision: 1, needs: [] } });
    const changed = await set(clientId, ['--mode', 'observe', '--option', 'onBlocked=hand_back', '--option', 'platformRetriesOff=true', '--json']);
    expect(JSON.parse(changed.out)).toMatchObject({ connection: { mode: 'observe', revision: 2, options: { onBlocked: 'hand_back', platformRetriesOff: true } } });
  });

  it.each<readonly [string, readonly string[], string]>([
    ['a literal', ['--credential', 'apiKey=sk_test_verysecret'],
      "error: The value of apiKey stands on the command line, where it stays in the shell's history and every user of the machine can see it. Put it into a variable or file instead: "
      + 'apiKey=env:VARIABLE, apiKey=file:PATH, or apiKey=- to type or pipe it in. If it was a real secret, replace it at its issuer.\n'],
    ['a literal without a name', ['--credential', 'sk_test_verysecret'], 'error: --credential needs NAME=…, such as apiKey=env:API_KEY; one was given without a name before "=".\n'],
    ['an unset variable', ['--credential', 'apiKey=env:UNSET'], 'error: The variable UNSET, which apiKey is to be read from, is not set. Set it: export UNSET=…\n'],
    ['a missing file', ['--credential', 'apiKey=file:/nowhere/key'], 'error: The file /nowhere/key, which apiKey is to be read from, cannot be read (ENOENT).\n'],
    ['standard input twice', ['--credential', 'apiKey=-', '--credential', 'webhookSecrets=-'], 'error: Standard input is already read for apiKey; give webhookSecrets by env:VARIABLE or file:PATH.\n'],
    ['empty input', ['--credential', 'apiKey=-'], 'error: The source of apiKey is empty.\n'],
    ['a key of the wrong kind', ['--credential', 'apiKey=env:PK', '--credential', 'webhookSecrets=env:PK'],
      'error: credentials.apiKey is not accepted by Stripe Billing: expected a secret or restricted key'],
    ['a live key', ['--credential', 'apiKey=env:LIVE', '--credential', 'webhookSecrets=env:PK'], 'error: credentials must be those of a test account: live money moves only with HUB_ENV=production\n'],
    ['a missing credential', ['--credential', 'apiKey=env:SK'], 'error: credentials.webhookSecrets is required by Stripe Billing\n  found: nothing\n  given by: --credential webhookSecrets=env:VARIABLE\n'],
    ['a bad option', ['--credential', 'apiKey=env:SK', '--credential', 'webhookSecrets=env:PK', '--option', 'onBlocked=ask'], 'error: options.onBlocked must be one of stop or hand_back\n  found: "ask"\n  given by: --option onBlocked=VALUE\n'],
    ['a bad mode', ['--mode', 'on'], 'error: mode must be one of observe, schedule_only or active\n  found: "on"\n  given by: --mode\n'],
    ['an unknown flag', ['--colour'], "error: unknown option '--colour'\n"],
  ])('refuses %s with 2 and repeats no secret', async (_, args, message) => {
    const { clientId } = known;
    const input = args.filter((arg) => arg.endsWith('=-')).length === 2 ? 'piped_verysecret' : '';
    const { code, out, err } = await set(clientId, args, { PK: 'pk_test_verysecret', LIVE: 'sk_live_verysecret', SK: 'sk_test_verysecret' }, input);
    expect(err.slice(0, message.length)).toBe(message);
    expect([code, out]).toEqual([2, '']);
    expect(err).not.toContain('verysecret');
  });

  it('refuses bad members of a new client with 2, and says by which flag they were given', async () => {
    const create = (...args: string[]) => run(['clients', 'create', ...args]);
    expect(await create('--mode', 'test')).toMatchObject({ code: 2, err: expect.stringContaining("required option '--name <text>' not specified") });
    expect(await create('--name', 'x', '--mode', 'test')).toEqual({
      code: 2, out: '', err: 'error: webhookUrl must be an https URL while notificationChannels has WEBHOOK\n  found: nothing\n  given by: --webhook-url\n',
    });
    expect((await create('--name', 'x', '--mode', 'test', '--no-webhook', '--billing-day', '40', '--json')).err).toBe(
      `${JSON.stringify({ error: { type: 'invalid_input', message: 'billingCycleDay must be an integer between 1 and 31', param: 'billingCycleDay', found: '40', expected: 'an integer between 1 and 31' } })}\n`,
    );
    expect(await create('--name', 'x', '--gateway', 'acme', '--no-webhook')).toMatchObject({ code: 2, err: expect.stringContaining('gateways[0].type must be one of stripe, test') });
    expect(await create('--name', 'x', '--gateway', 'stripe:sk_test_verysecret', '--no-webhook')).toMatchObject({ code: 2, err: expect.not.stringContaining('verysecret') });
  });

  it('answers 1 for what is not there, cannot be reached or is set wrongly', async () => {
    expect(await run(['clients', 'show', 'nobody'])).toEqual({ code: 1, out: '', err: 'error: There is no client nobody in this database.\n' });
    expect(await run(['cases', 'show', 'nothing', '--json'])).toEqual({ code: 1, out: '', err: '{"error":{"type":"not_found","message":"There is no case nothing in this database."}}\n' });
    expect(await set('nobody', ['--mode', 'observe'])).toMatchObject({ code: 1, err: 'error: There is no client nobody.\n' });
    const wrong = await run(['clients', 'show', 'x'], { ...onDatabase, HUB_PORT: 'x', HUB_ENCRYPTION_KEYS: 'verysecret' });
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('2 settings are wrong') });
    expect(wrong.err).not.toContain('verysecret');
  });

  it('shows what it can do without an argument, with 2, and on request, with 0', async () => {
    expect(await run([])).toMatchObject({ code: 2, err: expect.stringContaining('recovery-hub clients create') });
    expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('recovery-hub cases show <transactionId>') });
    expect(await run(['connections', 'set', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('env:VARIABLE, file:PATH or -') });
    expect(await run(['client'])).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean clients?') });
  });

  it('makes one connection when two processes connect a client at once', async () => {
    const { clientId } = await created();
    const env = { KEY: 'sk_test_race', SECRET: 'whsec_race' };
    const args = ['--credential', 'apiKey=env:KEY', '--credential', 'webhookSecrets=env:SECRET', '--json'];
    const answers = await Promise.all([set(clientId, args, env), set(clientId, args, env), set(clientId, args, env)]);
    expect(answers.map(({ code, err }) => [code, err])).toEqual([[0, ''], [0, ''], [0, '']]);
    const connections = answers.map(({ out }) => (JSON.parse(out) as { connection: { connectionId: string; revision: number } }).connection);
    expect(new Set(connections.map(({ connectionId }) => connectionId)).size).toBe(1);
    expect(connections.map(({ revision }) => revision).sort((one, other) => one - other)).toEqual([1, 2, 3]);
  });

  it('shows a case, by either form of its id, without its token', async () => {
    const storage = await connectStorage(database.uri);
    const caseId = '01KAAAAAAAAAAAAAAAAAAAAAAA';
    const now = new Date('2026-01-05T10:00:00Z');
    const document: CaseDocument = {
      ...newConnectorCase({
        caseId, clientId: 'c1', connectionId: 'k1', platform: 'stripe-billing', invoice: { ref: 'in_1', customerRef: 'cus_1' }, amount: { minor: 4900, currency: 'USD' },
        decline: { system: 'stripe', code: 'generic_decline', reachedNetwork: true }, mode: 'active', refs: [], tried: [], signalId: 's1', now,
      }),
      plan: { step: 'wait', because: 'A soft decline is tried again after one day.', rule: 'day_steps', numbers: { reason: 'generic_decline' }, at: now, until: new Date('2026-01-06T10:00:00Z') },
      attempts: [{
        n: 1, key: `${caseId}-1`, route: 'platform', accountId: 'k1', amount: { minor: 4900, currency: 'USD' }, token: { sealed: 'v1.sealedtoken', gatewayType: 'stripe', last4: '4242', cardKey: 'x' },
        startedAt: now, sendBefore: now, asks: 0, absentReads: [], notSent: 0, resolved: true,
        outcome: { status: 'declined', decline: { system: 'stripe', code: 'generic_decline', reachedNetwork: true }, gatewayRefs: [] },
        grounds: { strategy: 'primary', rule: 'first', because: 'The first attempt is due.' },
      }],
    };
    await storage.collection<CaseDocument>('cases').insertOne(document);
    await storage.close();
    const { code, out } = await run(['cases', 'show', caseId]);
    expect(code).toBe(0);
    expect(out).toContain(`Case ${caseId}: queued`);
    expect(out).toMatch(/Amount +49\.00 USD\n/);
    expect(out).toMatch(/Next attempt +2026-01-06 10:00:00 UTC\n/);
    expect(out).toContain('Decided because\n  A soft decline is tried again after one day.\n');
    expect(out).toMatch(/1 +2026-01-05 10:00:00 UTC +platform +49\.00 USD +declined: generic_decline +–\n/);
    const json = (await run(['cases', 'show', `pay_${caseId}`, '--json'])).out;
    expect(JSON.parse(json)).toMatchObject({ case: { transactionId: caseId, attempts: [{ n: 1, outcome: 'declined', declineCode: 'generic_decline' }], decisions: [{ step: 'wait' }] } });
    expect(out + json).not.toMatch(/sealedtoken|4242/);
  });

  describe('without MONGODB_URI', () => {
    it('starts the embedded database for the command, and finds there next time what it left', async () => {
      const env = { HUB_DATA_DIR: join(folder, 'own') };
      const { out, err, code } = await run(['clients', 'create', '--name', 'Own', '--mode', 'test', '--no-webhook', '--json'], env);
      expect([code, err]).toEqual([0, '']);
      const { clientId } = JSON.parse(out) as { clientId: string };
      expect((await run(['clients', 'show', clientId], env)).out).toContain('Own  (test, active)');
      expect(() => readFileSync(join(folder, 'own', 'embedded-mongo.lock'))).toThrow(/ENOENT/);
    });

    it('uses the database of a running hub, and leaves it running', async () => {
      const dataDir = join(folder, 'running');
      const server = await startEmbeddedMongo({ dataDir });
      try {
        const { out, err } = await run(['clients', 'create', '--name', 'Beside', '--mode', 'test', '--no-webhook', '--json'], { HUB_DATA_DIR: dataDir });
        expect(err).toBe('');
        const { clientId } = JSON.parse(out) as { clientId: string };
        const storage = await connectStorage(server.uri);
        expect(await storage.collection<{ _id: string }>('clients').findOne({ _id: clientId })).toMatchObject({ businessName: 'Beside' });
        await storage.close();
      } finally {
        await server.stop();
      }
    });

    it('takes over from an owner that was killed', async () => {
      const dataDir = join(folder, 'killed');
      const server = await startEmbeddedMongo({ dataDir });
      const ended = new Promise<void>((settle) => { server.onExit(() => settle()); });
      process.kill(server.pid, 'SIGKILL');
      await ended;
      expect(readFileSync(join(dataDir, 'embedded-mongo.lock'), 'utf8')).toContain(String(server.pid));
      expect(await run(['clients', 'create', '--name', 'After', '--mode', 'test', '--no-webhook'], { HUB_DATA_DIR: dataDir })).toMatchObject({ code: 0, err: '' });
    });
  });
});
