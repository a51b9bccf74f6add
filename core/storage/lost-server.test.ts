import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoServerError, MongoWriteConcernError } from 'mongodb';
import { Schema } from 'mongoose';
import { startEmbeddedMongo, type EmbeddedMongo } from '../../scripts/embedded-mongo/index.js';
import { connectStorage, duplicateKeyOf, isNotKnownToBeWritten, type Storage } from '../../core/storage/index.js';

interface Row { _id: string; n: number }

const failure = async (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error);

describe('a server that is killed', () => {
  let dataDir: string;
  let server: EmbeddedMongo;
  let storage: Storage;
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'recovery-hub-lost-'));
    server = await startEmbeddedMongo({ dataDir });
    storage = await connectStorage(server.uri, { selectionMs: 300, answerMs: 3000 });
    await storage.collection<Row>('rows').insertOne({ _id: 'first', n: 0 });
  });
  afterEach(async () => {
    await storage.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const kill = () => new Promise<void>((resolve) => {
    server.onExit(() => { resolve(); });
    process.kill(server.pid, 'SIGKILL');
  });

  it('leaves writes under way not known to be written, and every acknowledged one written', async () => {
    const rows = storage.collection<Row>('rows');
    const acknowledged: string[] = [];
    const errors: unknown[] = [];
    const write = async (of: string) => {
      for (let n = 0; errors.length < 200; n += 1) {
        const _id = `${of}-${String(n)}`;
        try {
          await (n % 2 === 0 ? rows.insertOne({ _id, n }) : rows.updateOne({ _id: 'first' }, { $inc: { n: 1 } }));
          if (n % 2 === 0) acknowledged.push(_id);
        } catch (error) { errors.push(error); return; }
      }
    };
    const writers = Array.from({ length: 8 }, (_, n) => write(String(n)));
    while (acknowledged.length < 20) await new Promise((resolve) => { setImmediate(resolve); });
    await kill();
    await Promise.all(writers);
    expect(errors).toHaveLength(8);
    for (const error of errors) {
      expect([isNotKnownToBeWritten(error), duplicateKeyOf(error)]).toEqual([true, undefined]);
    }
    const later = await failure(rows.insertOne({ _id: 'later', n: 1 }));
    expect(isNotKnownToBeWritten(later)).toBe(true);

    server = await startEmbeddedMongo({ dataDir });
    const again = await connectStorage(server.uri);
    const stored = new Set((await again.collection<Row>('rows').find().toArray()).map((row) => row._id));
    await again.close();
    for (const _id of acknowledged) expect(stored.has(_id)).toBe(true);
  });

  it('is found again by the same connection when it is back', async () => {
    await kill();
    expect(await failure(storage.ping())).toBeInstanceOf(Error);
    server = await startEmbeddedMongo({ dataDir });
    const end = performance.now() + 15_000;
    while (await failure(storage.collection<Row>('rows').updateOne({ _id: 'first' }, { $inc: { n: 1 } })) && performance.now() < end);
    expect((await storage.collection<Row>('rows').findOne({ _id: 'first' }))?.n).toBe(1);
  });

  it('leaves a write not known to be written, when our own side was closed under it', async () => {
    const writes = Array.from({ length: 30 }, (_, n) => failure(storage.collection<Row>('rows').insertOne({ _id: String(n), n })));
    await storage.close();
    const errors = (await Promise.all(writes)).filter((error) => error !== undefined);
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(isNotKnownToBeWritten(error)).toBe(true);
    expect(isNotKnownToBeWritten(await failure(storage.collection<Row>('rows').insertOne({ _id: 'x', n: 1 })))).toBe(true);
  });
});

describe('a reply that is lost', () => {
  let dataDir: string;
  let server: EmbeddedMongo;
  let storage: Storage;
  let proxy: Server;
  let replies: 'pass' | 'cut' | 'swallow' = 'pass';
  beforeEach(async () => {
    replies = 'pass';
    dataDir = mkdtempSync(join(tmpdir(), 'recovery-hub-lost-'));
    server = await startEmbeddedMongo({ dataDir, port: 0 });
    const { port } = new URL(server.uri.replace('mongodb', 'http'));
    proxy = createServer((client) => {
      const upstream = connect(Number(port), '127.0.0.1');
      client.pipe(upstream);
      sockets.add(client);
      upstream.on('data', (chunk) => { if (replies === 'cut') client.destroy(); else if (replies === 'pass') client.write(chunk); });
      for (const socket of [client, upstream]) socket.on('error', () => undefined).on('close', () => { client.destroy(); upstream.destroy(); });
    });
    await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
    storage = await connectStorage(`mongodb://127.0.0.1:${String((proxy.address() as AddressInfo).port)}/x?directConnection=true`, { selectionMs: 1000, answerMs: 400 });
  });
  const sockets = new Set<Socket>();
  afterEach(async () => {
    await storage.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await new Promise((resolve) => { proxy.close(resolve); });
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('leaves a write not known to be written that was', async () => {
    const rows = storage.collection<Row>('rows');
    await rows.insertOne({ _id: 'first', n: 0 });
    replies = 'cut';
    const error = await failure(rows.updateOne({ _id: 'first' }, { $inc: { n: 1 } }));
    expect(isNotKnownToBeWritten(error)).toBe(true);
    const direct = await connectStorage(server.uri.replace('/?', '/x?'));
    expect((await direct.collection<Row>('rows').findOne({ _id: 'first' }))?.n).toBeGreaterThanOrEqual(1);
    await direct.close();
  });

  const asked: readonly (readonly [string, string, (storage: Storage) => Promise<unknown>])[] = [
    ['a write', 'updateOne rows', (at) => at.collection<Row>('rows').updateOne({ _id: 'first' }, { $inc: { n: 1 } })],
    ['a find-and-update', 'findOneAndUpdate rows', (at) => at.collection<Row>('rows').findOneAndUpdate({ _id: 'first' }, { $inc: { n: 1 } })],
    ['a list', 'toArray find rows', (at) => at.collection<Row>('rows').find().sort({ n: 1 }).limit(5).toArray()],
    ['the next of a list', 'next find rows', (at) => at.collection<Row>('rows').find({}, { projection: { n: 1 } }).next()],
    ['a walk', 'next find rows', async (at) => { for await (const row of at.collection<Row>('rows').find()) if (row._id === 'no') break; }],
    ['a distinct', 'distinct rows', (at) => at.collection<Row>('rows').distinct('n')],
    ['a ping', 'command database', (at) => at.ping()],
    ['a collection of the database', 'countDocuments rows', (at) => at.database.collection<Row>('rows').countDocuments()],
    ['a model', 'findOne rows', (at) => at.connection.model('Row', new Schema({ _id: String, n: Number }), 'rows').findOne({ _id: 'first' }).lean().exec()],
  ];
  it.each(asked)('is not waited for for ever: %s', async (_name, what, ask) => {
    await storage.collection<Row>('rows').insertOne({ _id: 'first', n: 0 });
    expect(await failure(ask(storage))).toBeUndefined();
    replies = 'swallow';
    const from = performance.now();
    const error = await failure(ask(storage));
    expect(performance.now() - from).toBeLessThan(3000);
    expect(error).toMatchObject({ name: 'AnswerMissing', message: `The database did not answer "${what}" within 0.4 s` });
    expect(isNotKnownToBeWritten(error)).toBe(true);
  });
});

describe('what a server answers', () => {
  const answer = (code: number, labels: readonly string[] = []) => new MongoServerError({ ok: 0, code, errmsg: 'x', errorLabels: [...labels] });

  it.each([
    ['it is shutting down', answer(91)], ['interrupted at shutdown', answer(11_600)], ['interrupted by a step-down', answer(11_602)], ['not the primary', answer(10_107)], ['stepped down', answer(189)],
    ['the socket broke while it was written to', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })], ['time is up', answer(50)], ['network timeout', answer(89)], ['may be retried', answer(1, ['RetryableWriteError'])],
    ['the majority did not confirm', new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } })],
  ])('leaves a write not known to be written: %s', (_name, error) => {
    expect(isNotKnownToBeWritten(error)).toBe(true);
  });

  it.each([
    ['a duplicate', answer(11_000)], ['not authorised', answer(13)], ['a bad value', answer(2)], ['validation', answer(121)], ['too large', answer(10_334)],
    ['our own error', new Error('connection closed')], ['nothing', undefined], ['a text', 'MongoNetworkError'],
  ])('is a refusal that wrote nothing: %s', (_name, error) => {
    expect(isNotKnownToBeWritten(error)).toBe(false);
  });
});
