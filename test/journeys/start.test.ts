import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { renderProblems } from '../../core/configuration/index.js';
import { dropTestDatabase, testDatabase } from '../support/database.js';
import { familyOf, startProgram, stillRunning, until, type StartedProgram } from '../support/started-program.js';

const ADDRESS = /^ {2}Address +(http:\S+)/m;
const isUp = async (url: string, path = '/healthz'): Promise<boolean> => (await fetch(`${url}${path}`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined))?.status === 200;
const logLines = (text: string): readonly Record<string, unknown>[] =>
  text.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
const freePort = (): Promise<string> => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(String(typeof address === 'object' && address ? address.port : 0)));
  });
});

let directory: string;
const started: StartedProgram[] = [];
const families: number[] = [];
const start = (env: Readonly<Record<string, string>>, program = 'dist/scripts/start.js', cwd = process.cwd()): StartedProgram => {
  const hub = startProgram(process.execPath, [join(cwd, program)], { HUB_PORT: '0', ...env }, cwd);
  started.push(hub);
  return hub;
};
/** Starts a copy of the compiled hub with another plugin list. */
const startWithPlugins = (name: string, pluginList: string): StartedProgram => {
  const copy = join(directory, name);
  cpSync('dist', join(copy, 'dist'), { recursive: true, filter: (path) => !/\.map$|\.d\.ts$|\.building-/.test(path) });
  cpSync('package.json', join(copy, 'package.json'));
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, 'dist/plugins.config.js'), pluginList);
  return start({ HUB_DATA_DIR: join(copy, 'data') }, 'dist/scripts/start.js', copy);
};
const memberOf = (program: StartedProgram, file: string): number => {
  const found = familyOf(program.pid).find(({ command }) => command.includes(file));
  if (!found) throw new Error(`${file} does not run`);
  families.push(found.pid);
  return found.pid;
};

beforeAll(() => { directory = mkdtempSync(join(tmpdir(), 'hub-start-')); });
afterEach(async () => {
  for (const program of started.splice(0)) {
    program.signal('SIGTERM');
    await program.ended;
  }
});
afterAll(() => {
  for (const pid of stillRunning(families)) process.kill(pid, 'SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

describe('npm start without any configuration', () => {
  let hub: StartedProgram;
  let dataDir: string;
  let address: string;
  beforeAll(async () => {
    dataDir = join(directory, 'first data');
    // a free port and a directory of its own, so that the test meets no hub of yours
    hub = startProgram('npm', ['start'], { HUB_PORT: '0', HUB_DATA_DIR: dataDir });
    address = (await hub.finds(ADDRESS))[1] ?? '';
    await hub.finds(/is not copied to MongoDB/);
  }, 120_000);
  afterAll(async () => {
    hub.signal('SIGTERM');
    await hub.ended;
  });

  it('says where it listens and where its data is, and one log line names the embedded database', async () => {
    expect(await isUp(address)).toBe(true);
    expect(await isUp(address, '/readyz')).toBe(true);
    expect(/^ {2}Health +(\S+)$/m.exec(hub.stdout())?.[1]).toBe(`${address}/healthz`);
    expect(/^ {2}Data directory +(.*?) {2}\(/m.exec(hub.stdout())?.[1]).toBe(dataDir);
    expect((statSync(dataDir).mode & 0o777).toString(8)).toBe('700');
    expect(existsSync(join(dataDir, 'data.mdb'))).toBe(true);
    expect(logLines(hub.stdout()).filter(({ msg }) => /embedded database/.test(String(msg)))).toEqual([
      { level: 'info', time: expect.any(String), dataDir, msg: 'MONGODB_URI is unset: the embedded database is used' },
    ]);
    expect(hub.stdout()).not.toContain('\u001B');
  });

  it('prints the command that creates a test client, whose key charges', async () => {
    const command = /^ {6}(.*clients create.*)$/m.exec(hub.stdout())?.[1] ?? '';
    const created = await startProgram('/bin/sh', ['-c', command]).ended;
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(created.stdout).toContain(`${address}/api/connectors/`);
    const apiKey = /rev_[\w-]{32}\b/.exec(created.stdout)?.[0] ?? 'no key';
    const answer = await fetch(`${address}/api/recovery/execute`, {
      method: 'POST', headers: { 'x-api-key': apiKey, 'content-type': 'application/json' }, body: JSON.stringify({ paymentMethodToken: 'tok_success', amount: 5000 }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ success: true, message: 'Payment recovered.' });
  }, 120_000);

  it('prints every setting that MongoDB makes required: with them it starts in production, without one of them it names it', async () => {
    const block = [...hub.stdout().matchAll(/^ {6}export (\w+)=(.*)$/gm)];
    expect(hub.stdout()).toMatch(/^ {6}export .*\n {6}npm start\n/m);
    const names = block.map(([, name = '']) => name);
    for (const name of names) expect(hub.stdout()).toMatch(new RegExp(`^ {6}${name} {2,}\\S`, 'm'));
    const shown = await startProgram('/bin/sh', ['-c', `${block.map(([line]) => line).join('\n')}\nenv -0`]).ended;
    const set = shown.stdout.split('\0').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
    const database = testDatabase('start');
    const settings: Record<string, string> = { ...Object.fromEntries(set.filter(([name]) => names.includes(name))), MONGODB_URI: database.uri };
    expect(Object.keys(settings).length).toBe(names.length);
    const place = { HUB_HOST: '127.0.0.1', HUB_PORT: await freePort(), HUB_DATA_DIR: join(directory, 'unused') };

    const inProduction = start({ ...settings, ...place });
    const [, url = ''] = await inProduction.finds(ADDRESS);
    await inProduction.finds(/clients create/);
    expect(await isUp(url)).toBe(true);
    expect(inProduction.stdout()).toContain('Recovery Hub is running in production.');
    expect(inProduction.stdout()).toContain(`${database.name}  (from MONGODB_URI)`);
    expect(inProduction.stdout()).not.toMatch(/export|embedded|Data directory/);
    inProduction.signal('SIGTERM');
    expect(await inProduction.ended).toMatchObject({ code: 0, stderr: '' });

    const refusals = await Promise.all(names.map(async (name) => {
      const { [name]: _, ...rest } = settings;
      return { name, ...(await start({ ...rest, ...place, ...(name === 'MONGODB_URI' ? { HUB_ENV: 'production' } : {}) }).ended) };
    }));
    expect(refusals.map(({ name, code, stderr }) => [name, code, /^ {2}(\w+)\n {4}found +nothing$/m.exec(stderr)?.[1]])).toEqual(names.map((name) => [name, 1, name]));
    expect(existsSync(place.HUB_DATA_DIR)).toBe(false);
    await dropTestDatabase(database);
  }, 60_000);

  it('tells a second opener of the data directory who has it', async () => {
    const { pid, uri } = JSON.parse(readFileSync(join(dataDir, 'embedded-mongo.lock'), 'utf8')) as { pid: number; uri: string };
    const second = await start({ HUB_DATA_DIR: dataDir }).ended;
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toBe(`Recovery Hub cannot start.\nThe data directory ${dataDir} is in use by process ${String(pid)} (${uri}). `
      + `Either connect to that database with MONGODB_URI='${uri}', or stop that process (kill ${String(pid)}) and start again.\n`);
    expect(await isUp(address)).toBe(true);
  });

  it('starts a killed core again, and a killed database', async () => {
    const core = memberOf(hub, '/hub.js');
    process.kill(core, 'SIGKILL');
    const [line = ''] = await hub.finds(/^.*the core has ended.*$/m);
    expect(JSON.parse(line)).toMatchObject({ level: 'error', pid: core, code: null, signal: 'SIGKILL', msg: 'the core has ended; it is started again in 1 s' });
    address = (await hub.finds(/"url":"([^"]+)","msg":"the core is running again"/))[1] ?? '';
    expect(await isUp(address, '/readyz')).toBe(true);
    process.kill(memberOf(hub, 'embedded-mongo/serve.js'), 'SIGKILL');
    await hub.finds(/the embedded database has ended; it is started again in 1 s/);
    await until('the hub reaches its database again', () => isUp(address, '/readyz'));
    expect(hub.stdout().match(/Recovery Hub is running/g)).toHaveLength(1);
  }, 40_000);

  it('leaves nothing behind on SIGTERM, the core ending before its database', async () => {
    const family = familyOf(hub.pid).map(({ pid }) => pid);
    expect(family.length).toBeGreaterThanOrEqual(4);
    hub.signal('SIGTERM');
    await hub.ended;
    await until('all processes are gone', () => stillRunning(family).length === 0);
    expect(existsSync(join(dataDir, 'embedded-mongo.lock'))).toBe(false);
    expect(logLines(hub.stdout()).at(-1)).toMatchObject({ level: 'info', msg: 'the hub has stopped' });
  }, 40_000);
});

describe('npm start', () => {
  it('names all bad settings at once, each with its fix, and touches nothing', async () => {
    const dataDir = join(directory, 'untouched');
    const end = await start({ HUB_PORT: '99999', HUB_ROLE: 'both', HUB_ENCRYPTION_KEYS: 'mysecretkey', HUB_DATA_DIR: dataDir }).ended;
    expect(end).toEqual({
      code: 1, signal: null, stdout: '', stderr: `Recovery Hub cannot start: 3 settings are wrong.

  HUB_PORT
    found     "99999"
    expected  an integer from 0 to 65535
    fix       Set HUB_PORT=3000, or leave it out.

  HUB_ENCRYPTION_KEYS
    found     entry 1 has no id before a colon
    expected  id:base64 of 32 bytes, comma-separated; the first encrypts, all decrypt
    fix       Give the keys this database was used with; for a new one:
              export HUB_ENCRYPTION_KEYS="k1:$(node -p "crypto.randomBytes(32).toString('base64')")"

  HUB_ROLE
    found     "both"
    expected  one of all, web or worker
    fix       Set HUB_ROLE=all, or leave it out; web and worker split a deployment.
`,
    });
    expect(existsSync(dataDir)).toBe(false);
  });

  it('takes no arguments', async () => {
    const end = await startProgram(process.execPath, ['dist/scripts/start.js', '--port', '4000']).ended;
    expect(end).toMatchObject({ code: 1, stderr: 'npm start takes no arguments, and was given --port. Settings come from the environment: HUB_PORT=4000 npm start\n' });
  });

  it('stops at a broken plugin list with what to do, and does not try again', async () => {
    const acme = await startWithPlugins('broken', `export default { connectors: { acme: () => import('./connectors/acme/index.js') }, gateways: {} };`).ended;
    expect(acme.code).toBe(1);
    expect(acme.stderr).toMatch(/^Recovery Hub cannot start\.\nThe plugins could not be loaded: 1 problem\.\nHUB_PLUGIN_IMPORT_FAILED connector acme \(plugin list connectors\['acme'\], file \.\/connectors\/acme\/index\.js\)\n {2}found: .*\n {2}expected: .*\n {2}fix: .*\n$/);
    expect(acme.stdout).not.toContain('started again');
    expect(await startWithPlugins('no-list', `throw new Error('no list today');`).ended).toMatchObject({ code: 1, stderr: 'Recovery Hub cannot start.\nno list today\n' });
  }, 30_000);

  it('starts a core that exits 1 again, waiting longer each time, and shows no secret of what it died of', async () => {
    const dying = startWithPlugins('dying', `setTimeout(() => { throw new Error('lost with key sk_test_abc123'); }, 10);\nexport default { connectors: {}, gateways: {} };`);
    await dying.finds(/started again in 2 s/);
    const lines = logLines(dying.stdout());
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
      { code: 1, signal: null, msg: 'the core has ended; it is started again in 1 s' }, { code: 1, signal: null, msg: 'the core has ended; it is started again in 2 s' },
    ]);
    const deaths = lines.filter(({ level }) => level === 'fatal');
    expect(deaths).toHaveLength(2);
    expect(deaths[0]).toMatchObject({ err: { name: 'Error', message: 'lost with key [key]' }, origin: 'uncaughtException' });
    expect(dying.stdout()).not.toContain('sk_test_abc123');
    dying.signal('SIGTERM');
    expect(await dying.ended).toMatchObject({ code: 0, stderr: '' });
  }, 30_000);

  it('stops where another process listens, and says which setting moves it', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await until('a port is taken', () => taken.listening);
    const address = taken.address();
    const port = String(typeof address === 'object' && address ? address.port : 0);
    const end = await start({ HUB_DATA_DIR: join(directory, 'port'), HUB_PORT: port }).ended;
    taken.close();
    expect(end).toMatchObject({
      code: 1, stderr: `Recovery Hub cannot start.\nAnother process listens on port ${port} of 127.0.0.1. Stop it, or set HUB_PORT to a free port.\n`,
    });
  });

  it('leaves no core and no database behind when it is killed itself', async () => {
    const hub = start({ HUB_DATA_DIR: join(directory, 'orphans'), HUB_SHUTDOWN_SECONDS: '2' });
    await hub.finds(ADDRESS);
    const family = familyOf(hub.pid).map(({ pid }) => pid);
    families.push(...family);
    expect(family).toHaveLength(3);
    hub.signal('SIGKILL');
    await until('its core and database are gone', () => stillRunning(family).length === 0);
  }, 40_000);

  it('ends with the database when somebody ends that', async () => {
    const hub = start({ HUB_DATA_DIR: join(directory, 'ended') });
    await hub.finds(ADDRESS);
    const database = memberOf(hub, 'embedded-mongo/serve.js');
    process.kill(database, 'SIGTERM');
    expect(await hub.ended).toMatchObject({ code: 1, stderr: `The embedded database is gone, so the hub ends. Its process ${String(database)} was asked to end.\n` });
  }, 30_000);
});

describe('the core alone', () => {
  it('needs MONGODB_URI and says so', async () => {
    expect(await start({ HUB_DATA_DIR: join(directory, 'alone') }, 'dist/scripts/hub.js').ended).toMatchObject({
      code: 2, stdout: '', stderr: renderProblems([{
        variable: 'MONGODB_URI', found: 'nothing', expected: 'the database of this process', fix: 'Run npm start, which brings a database of its own, or set MONGODB_URI.',
      }]),
    });
  });

  it('says once as a line of JSON that it is ready, and ends with code 0 when asked', async () => {
    const database = testDatabase('hub');
    const core = start({ MONGODB_URI: database.uri, HUB_ENV: 'test', HUB_DATA_DIR: join(directory, 'alone') }, 'dist/scripts/hub.js');
    await core.finds(/"ready":true/);
    const ready = logLines(core.stdout()).filter((line) => 'ready' in line);
    expect(ready).toEqual([{ ready: true, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), clock: { scale: 1, origin: expect.stringMatching(/Z$/) } }]);
    expect(await isUp(String(ready[0]?.['url']))).toBe(true);
    core.signal('SIGINT');
    expect(await core.ended).toMatchObject({ code: 0, stderr: '' });
    await dropTestDatabase(database);
  });
});
