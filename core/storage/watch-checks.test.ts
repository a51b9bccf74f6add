import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { MongoClient } from 'mongodb';
import { dropTestDatabase, testDatabase } from '../../test/support/database.js';
import { eventually } from '../../test/support/hub-world.js';
import { connectStorage } from './index.js';
import { watchChecks, type WatchedChecks } from './watch-checks.js';

const address = '127.0.0.1:1';
const silentMs = 200;

/** A driver that says what it is told to say, and counts how often it is opened. */
class TalkingClient extends EventEmitter {
  opened = 0;
  closed = 0;
  connect = async () => { this.opened += 1; await Promise.resolve(); };
  close = async () => { this.closed += 1; await Promise.resolve(); };
  lose = () => this.emit('serverDescriptionChanged', { address, newDescription: { type: 'Unknown' } });
  find = () => this.emit('serverDescriptionChanged', { address, newDescription: { type: 'Standalone' } });
  check = () => this.emit('serverHeartbeatStarted', { connectionId: address });
}

describe('the checks of a driver', () => {
  let watched: WatchedChecks | undefined;
  afterEach(() => { watched?.end(); });

  const watch = () => {
    const client = new TalkingClient();
    let reopened = 0;
    watched = watchChecks(client as unknown as MongoClient, { silentMs, reopened: () => { reopened += 1; } });
    return { client, reopened: () => reopened };
  };

  it('are begun anew where a server is lost and nobody looks for it any more', async () => {
    const { client, reopened } = watch();
    client.lose();
    await eventually('the client opened anew', () => (client.opened === 1 ? 'yes' : undefined));
    expect([client.closed, reopened()]).toEqual([1, 1]);
    await sleep(2 * silentMs);
    expect(client.opened).toBe(1);
  });

  it('are left alone while they go on, and where the server is known', async () => {
    const { client } = watch();
    client.lose();
    for (let n = 0; n < 8; n += 1) {
      await sleep(silentMs / 4);
      client.check();
    }
    client.find();
    await sleep(2 * silentMs);
    expect(client.opened).toBe(0);
  });

  it('are begun anew again until a server is found', async () => {
    const { client } = watch();
    client.connect = async () => { client.opened += 1; await Promise.resolve(); throw new Error('not there'); };
    client.lose();
    await eventually('two tries', () => (client.opened >= 2 ? 'yes' : undefined));
  });
});

describe('a client opened anew', () => {
  it('serves what was made of it before', async () => {
    const database = testDatabase('reopened');
    const storage = await connectStorage(database.uri);
    const rows = storage.collection('rows');
    await rows.insertOne({});
    const client = storage.connection.getClient();
    await client.close();
    await client.connect();
    await rows.insertOne({});
    expect(await rows.countDocuments()).toBe(2);
    expect(storage.connection.readyState).toBe(1);
    await storage.close();
    await dropTestDatabase(database);
  });
});
