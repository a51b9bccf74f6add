import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dropTestDatabase, testDatabase, type TestDatabase } from '../../test/support/database.js';
import { connectStorage, duplicateKeyOf, isNotKnownToBeWritten, weakenedConcern, type Storage } from './index.js';

interface Row { _id: string; clientId?: string; key?: string; list?: string[]; ref?: { id: string }; n?: number | undefined }

const failure = async (work: () => Promise<unknown>): Promise<unknown> => work().then(() => undefined, (error: unknown) => error);

describe('a URI', () => {
  it.each([
    ['w=1', 'w=1'], ['w=0', 'w=0'], ['W=1', 'W=1'], ['w=2', 'w=2'], ['w=analytics', 'w=analytics'], ['journal=false', 'journal=false'], ['j=false', 'j=false'], ['JOURNAL=FALSE', 'JOURNAL=FALSE'],
    ['readConcernLevel=local', 'readConcernLevel=local'], ['readConcernLevel=available', 'readConcernLevel=available'], ['readconcernlevel=snapshot', 'readconcernlevel=snapshot'],
    ['readPreference=secondary', 'readPreference=secondary'], ['readPreference=primaryPreferred', 'readPreference=primaryPreferred'], ['readPreference=nearest', 'readPreference=nearest'],
    ['w=%31', 'w=1'], ['retryWrites=true&w=1', 'w=1'], ['w=majority&w=1', 'w=1'], ['w=1&journal=false&readPreference=secondary', 'w=1, journal=false, readPreference=secondary'],
  ])('that says ?%s is refused by the name of what it lowers: %s', async (query, named) => {
    const uri = `mongodb://hub:s3cret@127.0.0.1:1/hub?${query}`;
    expect(weakenedConcern(uri).join(', ')).toBe(named);
    await expect(connectStorage(uri, { selectionMs: 10 })).rejects.toThrow(
      new Error(`MONGODB_URI lowers what protects money: ${named}. Remove it; the hub writes with w=majority&journal=true and reads with majority from the primary.`),
    );
  });

  it.each([
    '', '?', '?w=majority', '?w=majority&journal=true&j=true', '?readConcernLevel=majority', '?readConcernLevel=linearizable', '?readPreference=primary', '?replicaSet=rs0&authSource=admin&tls=true',
    '?appName=w%3D1', '?retryWrites=true&maxPoolSize=20',
  ])('that says "%s" is not refused', (query) => {
    expect(weakenedConcern(`mongodb://hub:w=1@db.example.com/hub${query}`)).toEqual([]);
  });

  it.each([
    'mongodb://hub:s3cret@', 'mongodb://hub:s3:cret@host/hub', 'mongodb://hub:s3/cret@host', 'mongodb://hub:s3%cret@host/hub', 'postgres://hub:s3cret@host/hub', 's3cret', '',
    'mongodb://hub:s3cret@host:port/hub', 'mongodb://hub:s3cret@host/%zz', 'mongodb://hub:s3cret@host/hub?noSuchOption=1', 'mongodb://hub:s3cret@127.0.0.1:1/hub',
  ])('that cannot be used (%j) is refused without its password', async (uri) => {
    const error = await failure(() => connectStorage(uri, { selectionMs: 50 }));
    expect(error).toBeInstanceOf(Error);
    if (error instanceof Error) for (const text of [error.message, error.stack ?? '']) expect(text).not.toMatch(/s3.?cret/);
  });
});

describe('storage', () => {
  let database: TestDatabase;
  let storage: Storage;
  beforeEach(async () => {
    database = testDatabase('storage');
    storage = await connectStorage(database.uri);
  });
  afterEach(async () => {
    await storage.close();
    await dropTestDatabase(database);
  });

  it('writes to a journaled majority and reads from one, whatever sends the command', async () => {
    const sent: { readonly name: string; readonly writeConcern: unknown; readonly readConcern: unknown }[] = [];
    const watched = await connectStorage(`${database.uri}&monitorCommands=true`.replace('&', database.uri.includes('?') ? '&' : '?'));
    watched.connection.getClient().on('commandStarted', ({ commandName, command }) => {
      sent.push({ name: commandName, writeConcern: command['writeConcern'], readConcern: command['readConcern'] });
    });
    const rows = watched.collection<Row>('rows');
    await rows.insertOne({ _id: 'a' });
    await rows.insertMany([{ _id: 'b' }]);
    await rows.updateOne({ _id: 'a' }, { $set: { n: 1 } });
    await rows.updateMany({}, { $set: { n: 2 } });
    await rows.findOneAndUpdate({ _id: 'a' }, { $set: { n: 3 } });
    await rows.deleteOne({ _id: 'b' });
    await watched.database.collection('other').insertOne({ a: 1 });
    await rows.findOne({ _id: 'a' });
    await rows.find().toArray();
    await rows.distinct('n');
    await watched.close();
    const writes = sent.filter(({ name }) => ['insert', 'update', 'findAndModify', 'delete'].includes(name));
    expect(writes).toHaveLength(7);
    for (const { writeConcern } of writes) expect(writeConcern).toMatchObject({ w: 'majority' });
    for (const { writeConcern } of writes) expect(Object.entries(writeConcern as object)).toEqual(expect.arrayContaining([[expect.stringMatching(/^j(ournal)?$/), true]]));
    const reads = sent.filter(({ name }) => ['find', 'distinct'].includes(name));
    expect(reads).toHaveLength(3);
    for (const { readConcern } of reads) expect(readConcern).toEqual({ level: 'majority' });
    expect(watched.database.readPreference?.mode).toBe('primary');
  });

  it('leaves out what is undefined', async () => {
    const rows = storage.collection<Row>('rows');
    await rows.insertOne({ _id: 'a', n: undefined });
    expect(await rows.countDocuments({ n: { $exists: true } })).toBe(0);
  });

  it('makes indexes that are there already without a word, and from many processes at once', async () => {
    const plans = [
      { collection: 'rows', indexes: [{ key: { clientId: 1, key: 1 }, unique: true, partialFilterExpression: { key: { $exists: true } } }, { key: { n: 1 } }] },
      { collection: 'none', indexes: [] },
    ];
    await Promise.all(Array.from({ length: 8 }, () => storage.ensureIndexes(plans)));
    await storage.ensureIndexes(plans);
    expect((await storage.database.collection('rows').indexes()).map((index) => index.key)).toEqual([{ _id: 1 }, { clientId: 1, key: 1 }, { n: 1 }]);
    expect(await storage.database.listCollections().toArray()).toHaveLength(1);
  });

  it('answers a ping with a time, and throws when it was closed', async () => {
    expect(await storage.ping()).toBeGreaterThanOrEqual(0);
    const other = await connectStorage(database.uri);
    await other.close();
    await other.close();
    await expect(other.ping()).rejects.toThrow();
  });

  it('hands out collections that behave as the driver\'s: chained, walked, counted, dropped', async () => {
    const rows = storage.collection<Row>('rows');
    await rows.insertMany([1, 2, 3, 4].map((n) => ({ _id: String(n), n })));
    const walked: string[] = [];
    for await (const row of rows.find({ n: { $gt: 1 } }).sort({ n: -1 })) walked.push(row._id);
    expect(walked).toEqual(['4', '3', '2']);
    expect(await rows.find().sort({ n: 1 }).limit(2).map((row) => row.n).toArray()).toEqual([1, 2]);
    expect(await rows.aggregate([{ $match: { n: { $lte: 2 } } }, { $sort: { n: 1 } }]).toArray()).toHaveLength(2);
    expect([rows.collectionName, rows.dbName, storage.database.databaseName]).toEqual(['rows', database.name, database.name]);
    expect(await rows.drop()).toBe(true);
  });

  describe('a duplicate key', () => {
    beforeEach(async () => {
      await storage.ensureIndexes([{ collection: 'rows', indexes: [{ key: { clientId: 1, list: 1 }, unique: true, partialFilterExpression: { list: { $exists: true } } }, { key: { 'ref.id': 1 }, unique: true, sparse: true }] }]);
      await storage.collection<Row>('rows').insertMany([{ _id: 'a', clientId: 'c', list: ['x', 'y'], ref: { id: 'r' } }, { _id: 'b', clientId: 'c', list: ['z'] }]);
    });

    const attempts: readonly (readonly [string, readonly string[], (storage: Storage) => Promise<unknown>])[] = [
      ['an insert', ['_id'], (at) => at.collection<Row>('rows').insertOne({ _id: 'a' })],
      ['an insert on a list', ['clientId', 'list'], (at) => at.collection<Row>('rows').insertOne({ _id: 'n', clientId: 'c', list: ['new', 'y'] })],
      ['an insert on a path', ['ref.id'], (at) => at.collection<Row>('rows').insertOne({ _id: 'n', ref: { id: 'r' } })],
      ['one of many inserts', ['ref.id'], (at) => at.collection<Row>('rows').insertMany([{ _id: 'm' }, { _id: 'n', ref: { id: 'r' } }])],
      ['an update', ['clientId', 'list'], (at) => at.collection<Row>('rows').updateOne({ _id: 'b' }, { $set: { list: ['x'] } })],
      ['a find-and-update', ['clientId', 'list'], (at) => at.collection<Row>('rows').findOneAndUpdate({ _id: 'b' }, { $set: { list: ['x'] } })],
    ];
    it.each(attempts)('is named by its keys: %s', async (_name, keys, write) => {
      const error = await failure(() => write(storage));
      expect(duplicateKeyOf(error)).toEqual(keys);
      expect(isNotKnownToBeWritten(error)).toBe(false);
    });

    it('is not seen in other errors', async () => {
      const other = await failure(() => storage.collection<Row>('rows').updateOne({ _id: 'a' }, { $inc: { clientId: 1 } } as never));
      expect(other).toBeInstanceOf(Error);
      for (const error of [other, new Error('E11000 duplicate key'), Object.assign(new Error('x'), { code: 11000 }), undefined, null, 'E11000']) expect(duplicateKeyOf(error)).toBeUndefined();
      expect(isNotKnownToBeWritten(other)).toBe(false);
    });
  });
});
