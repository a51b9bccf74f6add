import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dropTestDatabase, testDatabase, type TestDatabase } from '../../test/support/database.js';
import { connectStorage, type Storage } from '../storage/index.js';
import { loadHubClock } from './index.js';

const compiled = (room: string) => JSON.stringify(pathToFileURL(join(process.cwd(), `dist/core/${room}/index.js`)).href);

/** Another process that loads the clock and says scale, origin, and a hub time at a wall time. */
const inAProcess = (uri: string, wall: Date): Promise<string> => new Promise((resolve, reject) => {
  const program = `const { connectStorage } = await import(${compiled('storage')}); const { loadHubClock } = await import(${compiled('scheduling')});
    const storage = await connectStorage(${JSON.stringify(uri)}); const clock = await loadHubClock(storage, { scale: 28800 });
    console.log(JSON.stringify([clock.scale, clock.origin, clock.hubAt(new Date(${String(wall.getTime())}))])); await storage.close();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
  child.once('exit', (code) => { if (code === 0) resolve(out.trim()); else reject(new Error(`ended with ${String(code)}`)); });
});

describe('the hub clock', () => {
  let database: TestDatabase;
  let storage: Storage;
  beforeEach(async () => {
    database = testDatabase('hub clock');
    storage = await connectStorage(database.uri);
  });
  afterEach(async () => {
    await storage.close();
    await dropTestDatabase(database);
  });

  it('keeps scale and origin of the first start', async () => {
    const first = await loadHubClock(storage, { scale: 28_800, now: () => new Date('2026-11-20T10:00:00Z') });
    const second = await loadHubClock(storage, { scale: 28_800, now: () => new Date('2026-11-20T10:00:03Z') });
    expect([first.origin, second.origin]).toEqual([new Date('2026-11-20T10:00:00Z'), new Date('2026-11-20T10:00:00Z')]);
    expect(second.hubNow()).toEqual(new Date('2026-11-21T10:00:00Z'));
    expect((await loadHubClock(storage, { scale: undefined })).scale).toBe(28_800);
  });

  it('runs as fast as the wall when nothing was said at the first start', async () => {
    expect((await loadHubClock(storage, { scale: undefined })).scale).toBe(1);
    expect((await loadHubClock(storage, { scale: 1 })).scale).toBe(1);
  });

  it('refuses another scale than the stored one, and says what to do', async () => {
    await loadHubClock(storage, { scale: 28_800 });
    await expect(loadHubClock(storage, { scale: 60 })).rejects.toThrow(
      'HUB_TIME_SCALE is 60, but this database runs at 28800 since its first start. Set HUB_TIME_SCALE=28800, or start with an empty database.',
    );
    await expect(loadHubClock(storage, { scale: 1 })).rejects.toThrow('HUB_TIME_SCALE is 1, but this database runs at 28800');
  });

  it('is one clock for twenty starts at once', async () => {
    const starts = await Promise.all(Array.from({ length: 20 }, (_, n) => loadHubClock(storage, { scale: 60, now: () => new Date(1_800_000_000_000 + n) })));
    expect(new Set(starts.map((clock) => clock.origin.getTime())).size).toBe(1);
    expect(await storage.collection('hub_clock').countDocuments()).toBe(1);
  });

  it('is one clock for two processes that start at once', async () => {
    const wall = new Date();
    const [one, two] = await Promise.all([inAProcess(database.uri, wall), inAProcess(database.uri, wall)]);
    expect(one).toBe(two);
    const here = await loadHubClock(storage, { scale: 28_800 });
    expect(JSON.stringify([here.scale, here.origin, here.hubAt(wall)])).toBe(one);
  });
});
