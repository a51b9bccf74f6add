import { afterEach, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { dropTestDatabase, testDatabase } from './database.js';

const before = process.env['TEST_MONGODB_URI'];

describe('a test database', () => {
  afterEach(() => {
    process.env['TEST_MONGODB_URI'] = before;
  });

  it('has a new, short name for each call, and stands in the path of its URI', () => {
    const [one, two] = [testDatabase('Cases: the very long label of a suite'), testDatabase('Cases: the very long label of a suite')];
    expect(one.name).toMatch(/^t_Cases_the_very_long_[0-9a-f]{16}$/);
    expect(one.name.length).toBeLessThanOrEqual(38);
    expect(one.name).not.toBe(two.name);
    expect(one.uri.split('?')[0]?.endsWith(`/${one.name}`)).toBe(true);
  });

  it.each([
    ['mongodb://localhost:27017', 'mongodb://localhost:27017/NAME'],
    ['mongodb://a:1,b:2/app?replicaSet=rs0', 'mongodb://a:1,b:2/NAME?replicaSet=rs0'],
    ['mongodb://me:pw@host/app', 'mongodb://me:pw@host/NAME?authSource=app'],
    ['mongodb+srv://me:pw@host/?authSource=users', 'mongodb+srv://me:pw@host/NAME?authSource=users'],
    ['mongodb://%2Ftmp%2Fx.sock/?directConnection=true', 'mongodb://%2Ftmp%2Fx.sock/NAME?directConnection=true'],
  ])('keeps the rest of %s', (server, expected) => {
    process.env['TEST_MONGODB_URI'] = server;
    const { uri, name } = testDatabase('x');
    expect(uri).toBe(expected.replace('NAME', name));
  });

  it('is where a client of its URI writes, and is gone when dropped', async () => {
    const database = testDatabase('drop');
    const client = new MongoClient(database.uri);
    try {
      await client.db().collection('a').insertOne({ n: 1 });
      const names = async (): Promise<string[]> => (await client.db().admin().listDatabases()).databases.map(({ name }) => name);
      expect(await names()).toContain(database.name);
      await dropTestDatabase(database);
      expect(await names()).not.toContain(database.name);
    } finally {
      await client.close();
    }
  });
});
