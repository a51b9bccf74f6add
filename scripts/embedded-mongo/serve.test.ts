import { fork, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { startEmbeddedMongo, type EmbeddedMongo } from './index.js';
import { processState } from './process-identity.js';
import { startServe, untilGone } from './suite/serve-process.js';

const lockOf = (dataDir: string): string => join(dataDir, 'embedded-mongo.lock');
const withClient = async <Result>(uri: string, use: (client: MongoClient) => Promise<Result>): Promise<Result> => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 3000 });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
};
const count = (uri: string): Promise<number> => withClient(uri, (client) => client.db('d').collection('c').countDocuments());
const insertOne = (uri: string): Promise<unknown> => withClient(uri, (client) => client.db('d').collection('c').insertOne({}));

let temporary: string;
let dataDir: string;
let running: { stop: () => Promise<void> }[];
const started = async <Server extends { stop: () => Promise<void> }>(server: Promise<Server>): Promise<Server> => {
  const opened = await server;
  running.push(opened);
  return opened;
};
const startedServe = (...args: string[]): ReturnType<typeof startServe> => started(startServe(dataDir, ...args));
const startedEmbedded = (port?: number): Promise<EmbeddedMongo> => started(startEmbeddedMongo(port === undefined ? { dataDir } : { dataDir, port }));

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'embedded-mongo-'));
  dataDir = temporary;
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(temporary, { recursive: true, force: true });
});

describe('the embedded database, started', () => {
  it('makes a closed directory, listens in it, keeps what was written, and leaves no lock and no socket', async () => {
    dataDir = join(dataDir, 'new.v1'); // LMDB by itself takes a name with a dot for a file's
    const first = await startedEmbedded();
    expect(first.uri).toBe(`mongodb://${encodeURIComponent(join(dataDir, 'mongo.sock'))}/?directConnection=true`);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    await insertOne(first.uri);
    const exits: unknown[] = [];
    first.onExit((exit) => exits.push(exit));
    await Promise.all([first.stop(), first.stop()]);
    expect(exits).toEqual([{ code: 0, signal: null }]);
    expect(readdirSync(dataDir).toSorted()).toEqual(['data.mdb', 'lock.mdb']);
    const second = await startedEmbedded();
    expect(await count(second.uri)).toBe(1);
  });

  it('prints one line of JSON and ends cleanly on SIGTERM and on SIGINT', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const serve = await startedServe();
      expect(JSON.parse(serve.stdout())).toEqual({ ready: true, uri: serve.uri, pid: serve.pid });
      expect(serve.stdout().split('\n')).toHaveLength(2);
      process.kill(serve.pid, signal);
      expect(await serve.exit).toEqual({ code: 0, signal: null });
    }
  });

  it('listens on a port of 127.0.0.1 when asked for one', async () => {
    const server = await startedEmbedded(0);
    expect(server.uri).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\/\?directConnection=true$/);
    await insertOne(server.uri);
    expect(JSON.parse(readFileSync(lockOf(dataDir), 'utf8'))).toMatchObject({ pid: server.pid, uri: server.uri });
  });

  it('says which port is taken, and gives the directory back', async () => {
    const blocker = net.createServer();
    await new Promise<void>((resolve) => { blocker.listen(0, '127.0.0.1', resolve); });
    const { port } = blocker.address() as net.AddressInfo;
    try {
      await expect(startedEmbedded(port)).rejects.toThrow(new Error(`Port ${port} of 127.0.0.1 is taken by another process. Give another --port, or leave it out.`));
    } finally {
      blocker.close();
    }
    expect(existsSync(lockOf(dataDir))).toBe(false);
  });

  it('refuses a port that is none', async () => {
    await expect(startedServe('--port', '70000')).rejects.toThrow(new Error("--port is '70000'; expected a number from 0 (any free port) to 65535."));
  });

  it('listens elsewhere when the path would be too long for a socket', async () => {
    dataDir = join(dataDir, 'a-long-name-'.repeat(9));
    const server = await startedEmbedded();
    const socketPath = decodeURIComponent(server.uri.slice('mongodb://'.length, server.uri.indexOf('/?')));
    expect(socketPath.startsWith(join(tmpdir(), 'recovery-hub-'))).toBe(true);
    expect(statSync(join(socketPath, '..')).mode & 0o777).toBe(0o700);
    await insertOne(server.uri);
    await server.stop();
    rmSync(join(socketPath, '..'), { recursive: true });
  });

  it('closes a directory that others could enter, and refuses one that all share', async () => {
    chmodSync(dataDir, 0o755);
    const server = await startedEmbedded();
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    await server.stop();
    chmodSync(dataDir, 0o1777);
    await expect(startedEmbedded()).rejects.toThrow(
      new Error(`The data directory ${dataDir} has mode 1777, so that other users can read the database. Give a directory inside it instead.`),
    );
  });
});

describe('its format version', () => {
  const FORMAT = { binary: Buffer.from('format') };

  it('is refused by name when a newer version wrote the directory', async () => {
    const { encode } = await import('./engine/bsonx.js');
    const { Store } = await import('./engine/store.js');
    const store = new Store({ path: dataDir });
    await store.write(() => void store.meta.put(FORMAT.binary, Buffer.from(encode({ version: 2 }))));
    await store.close();
    await expect(startedEmbedded()).rejects.toThrow(
      new Error(
        `The data directory ${dataDir} has format 2, written by a newer version of Recovery Hub; this version reads format 1. ` +
          'Run that newer version, or give another data directory (HUB_DATA_DIR).',
      ),
    );
    expect(existsSync(lockOf(dataDir))).toBe(false);
  });

  it('is written as 1 into a new directory', async () => {
    await (await startedEmbedded()).stop();
    const { decode } = await import('./engine/bsonx.js');
    const { Store } = await import('./engine/store.js');
    const store = new Store({ path: dataDir });
    expect(decode(store.meta.getBinary(FORMAT.binary) ?? Buffer.alloc(0))).toEqual({ version: 1 });
    await store.close();
  });
});

describe('a second opener of the data directory', () => {
  it('is told who has it, where, and what to do, and disturbs nothing', async () => {
    const owner = await startedEmbedded();
    await insertOne(owner.uri);
    const second = await startServe(dataDir).then(
      () => null,
      (error: unknown) => error,
    );
    expect(second).toMatchObject({
      code: 1,
      stdout: '',
      message:
        `The data directory ${dataDir} is in use by process ${owner.pid} (${owner.uri}). ` +
        `Either connect to that database with MONGODB_URI='${owner.uri}', or stop that process (kill ${owner.pid}) and start again.`,
    });
    await expect(startEmbeddedMongo({ dataDir })).rejects.toThrow(`is in use by process ${owner.pid} (${owner.uri})`);
    expect(await count(owner.uri)).toBe(1);
  });

  it('is told to wait while the first has no port yet', async () => {
    const { startedAs } = processState(process.pid);
    writeFileSync(lockOf(dataDir), JSON.stringify({ pid: process.pid, startedAs, uri: null, socketPath: null }));
    await expect(startedServe()).rejects.toThrow(
      new Error(
        `The data directory ${dataDir} is in use by process ${process.pid}, which is just starting. ` +
          `Wait for its URI in ${lockOf(dataDir)}, or stop it (kill ${process.pid}).`,
      ),
    );
  });

  it('loses to a socket that answers, whatever the pid says', async () => {
    const socketPath = join(dataDir, 'mongo.sock');
    const elsewhere = net.createServer();
    await new Promise<void>((resolve) => { elsewhere.listen(socketPath, resolve); });
    writeFileSync(lockOf(dataDir), JSON.stringify({ pid: await deadPid(), startedAs: 'x', uri: 'mongodb://elsewhere', socketPath }));
    await expect(startedServe()).rejects.toThrow('(mongodb://elsewhere)');
    await new Promise((resolve) => { elsewhere.close(resolve); });
  });

  it.each([
    ['a new directory', () => Promise.resolve()],
    ['a directory of a dead owner', async () => writeFileSync(lockOf(dataDir), JSON.stringify({ pid: await deadPid(), startedAs: null, uri: null, socketPath: null }))],
  ])('wins alone when several open %s at once', async (_name, prepare) => {
    await prepare();
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => startedServe()));
    const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(winners).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(String(result.reason)).toContain(`is in use by process ${winners[0].pid} (`);
    await insertOne(winners[0].uri);
  });
});

describe('a stale lock', () => {
  it('of a killed owner is taken over, with its socket', async () => {
    const first = await startedServe();
    await insertOne(first.uri);
    process.kill(first.pid, 'SIGKILL');
    await first.exit;
    expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['embedded-mongo.lock', 'mongo.sock']));
    const second = await startedServe();
    expect(await count(second.uri)).toBe(1);
  });

  it('is taken over when its pid now belongs to another process', async () => {
    writeFileSync(lockOf(dataDir), JSON.stringify({ pid: process.pid, startedAs: 'another time', uri: 'mongodb://x', socketPath: join(dataDir, 'mongo.sock') }));
    const server = await startedServe();
    expect(JSON.parse(readFileSync(lockOf(dataDir), 'utf8'))).toMatchObject({ pid: server.pid, uri: server.uri });
  });

  it.each(['', '{"pid":', '{"pid":-1}', '[]'])('that reads %j is nobody’s', async (text) => {
    writeFileSync(lockOf(dataDir), text);
    await insertOne((await startedServe()).uri);
  });
});

describe('its parent', () => {
  it('takes the server along when it is killed', async () => {
    const door = new URL('../../dist/scripts/embedded-mongo/index.js', import.meta.url).href;
    const program = `const { startEmbeddedMongo } = await import(${JSON.stringify(door)});
      const { pid } = await startEmbeddedMongo({ dataDir: ${JSON.stringify(dataDir)} });
      console.log(pid);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(await new Promise((resolve) => { parent.stdout.once('data', resolve); }));
    expect(processState(pid).running).toBe(true);
    parent.kill('SIGKILL');
    await untilGone(pid);
    expect(existsSync(lockOf(dataDir))).toBe(false);
  });

  it('ends it by closing the channel to a forked server', async () => {
    const program = fileURLToPath(new URL('../../dist/scripts/embedded-mongo/serve.js', import.meta.url));
    const child = fork(program, [dataDir, '--with-parent'], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    const exit = new Promise((resolve) => { child.once('exit', (code, signal) => resolve({ code, signal })); });
    await new Promise((resolve) => { child.stdout?.once('data', resolve); });
    child.disconnect();
    expect(await exit).toEqual({ code: 0, signal: null });
  });
});

/** Of a process that has just ended. */
const deadPid = async (): Promise<number> => {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  await new Promise((resolve) => { child.once('exit', resolve); });
  return child.pid ?? 0;
};
