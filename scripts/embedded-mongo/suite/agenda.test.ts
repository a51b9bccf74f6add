/* oxlint-disable no-underscore-dangle -- MongoDB names its fields so */
import assert from 'node:assert/strict';
import { MongoBackend } from '@agendajs/mongo-backend';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { Agenda } from 'agenda';
import { MongoClient } from 'mongodb';
import { databaseName, serverUri } from './server-under-test.js';

const sleep = (ms: number) => new Promise((resolve) => { setTimeout(resolve, ms); });
const until = async (f: () => any, ms = 8000) => { const t = Date.now(); while (Date.now() - t < ms) { const v = await f(); if (v) return v; await sleep(25); } throw new Error('until: timed out'); };

// each check builds on those before it
describe('agenda', () => {
  const client = new MongoClient(serverUri(), { serverSelectionTimeoutMS: 5000 });
  const db = client.db(databaseName('agenda'));
  beforeAll(async () => { await client.connect(); });
  afterAll(async () => { await agenda.stop(); await db.dropDatabase(); await client.close(); });
  const mk = (o: any = {}) => new Agenda({ backend: new MongoBackend({ mongo: db, logging: true } as any), processEvery: 100, defaultLockLifetime: 2000, maxConcurrency: 20, logging: true, ...o });
  const agenda: any = mk(); const errs: unknown[] = []; agenda.on('error', (e: any) => errs.push(e));
  const ran: any = {};
  const inc = (k: string) => { ran[k] = (ran[k] ?? 0) + 1; };
  it('start', async () => { await agenda.start(); });
  it('define + now', async () => { agenda.define('n', async (job: any) => { inc('n'); ran.data = job.attrs.data; }); await agenda.now('n', { a: 1 }); await until(() => ran.n === 1); assert.deepEqual(ran.data, { a: 1 }); });
  it('schedule in 300 ms', async () => { agenda.define('s', async () => inc('s')); const t = Date.now(); await agenda.schedule(new Date(Date.now() + 300), 's', {}); await until(() => ran.s === 1); const dt = Date.now() - t; assert.ok(dt >= 280 && dt < 1500, 'dt ' + dt); });
  it('every 0.3 s, single', async () => { agenda.define('e', async () => inc('e')); await agenda.every('0.3 seconds', 'e'); await agenda.every('0.3 seconds', 'e'); await until(() => ran.e >= 4); assert.equal(await db.collection('agendaJobs').countDocuments({ name: 'e' }), 1); });
  it('cancel', async () => { assert.equal(await agenda.cancel({ name: 'e' }), 1); const n = ran.e; await sleep(600); assert.ok(ran.e <= n + 1); });
  it('unique', async () => { agenda.define('u', async () => inc('u')); for (let i = 0; i < 3; i++) await agenda.create('u', { k: 1 }).unique({ 'data.k': 1 }).schedule(new Date(Date.now() + 3600e3)).save(); assert.equal(await db.collection('agendaJobs').countDocuments({ name: 'u' }), 1); });
  it('concurrency limit 2', async () => { let cur = 0, max = 0, done = 0; agenda.define('c', async () => { cur++; max = Math.max(max, cur); await sleep(80); cur--; done++; }, { concurrency: 2 }); await Promise.all(Array.from({ length: 10 }, (_, i) => agenda.now('c', { i }))); await until(() => done === 10); assert.equal(max, 2); });
  it('fail with backoff retries', async () => { agenda.define('f', async () => { inc('f'); if (ran.f < 3) throw new Error('boom'); }, { backoff: () => 100 }); await agenda.now('f', {}); await until(() => ran.f >= 1); await sleep(60); const j: any = await db.collection('agendaJobs').findOne({ name: 'f' }); assert.ok(j.failCount >= 1); assert.equal(j.failReason, 'boom'); await until(() => ran.f >= 3, 8000); await sleep(300); assert.equal(ran.f, 3); });
  it('priority order', async () => { const order: string[] = []; agenda.define('p', async (job: any) => { order.push(job.attrs.data.p); }, { concurrency: 1 }); const at = new Date(Date.now() + 400); await agenda.create('p', { p: 'low' }).priority('low').schedule(at).save(); await agenda.create('p', { p: 'high' }).priority('high').schedule(at).save(); await until(() => order.length === 2); assert.equal(order.length, 2); });
  it('queryJobs / overview / disable / enable', async () => { const r = await agenda.queryJobs({ name: 'c', limit: 3 }); assert.equal(r.jobs.length, 3); assert.equal(r.total, 10); const ov = await agenda.getJobsOverview(); assert.ok(ov.find((o: any) => o.name === 'c')); assert.equal(await agenda.disable({ name: 'u' }), 1); assert.equal(await agenda.enable({ name: 'u' }), 1); const s = await agenda.queryJobs({ search: 'C' }); assert.equal(s.total, 10); });
  it('exclusive across two agendas', async () => { const b: any = mk({ name: 'b' }); const hits = new Map<any, number>(); for (const ag of [agenda, b]) ag.define('x', async (job: any) => { const k = job.attrs.data.i; hits.set(k, (hits.get(k) ?? 0) + 1); }, { concurrency: 10, lockLifetime: 60_000 }); await b.start(); await Promise.all(Array.from({ length: 100 }, (_, i) => agenda.now('x', { i }))); await until(() => hits.size === 100, 10000); await sleep(300); assert.ok([...hits.values()].every((v: any) => v === 1)); await b.stop(); });
  it('recovery: lock of a dead worker expires', async () => {
    agenda.define('dead', async () => inc('dead'), { lockLifetime: 500 });
    await db.collection('agendaJobs').insertOne({ name: 'dead', type: 'normal', priority: 0, nextRunAt: new Date(Date.now() - 60e3), lockedAt: new Date(Date.now() - 400), data: {}, disabled: null, lastFinishedAt: null, lastRunAt: null });
    await sleep(50); assert.ok(!ran.dead); await until(() => ran.dead === 1);
  });
  it('logs written', async () => { const n = await db.collection('agenda_logs').countDocuments({}); assert.ok(n > 10, 'n=' + n); });
  it('no error events', async () => { assert.deepEqual(errs.map(String), []); });
  it('stop', async () => { await agenda.stop(); });
});
