import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MongoServerSelectionError, type TopologyDescription } from 'mongodb';
import { ApiFault } from '../api/index.js';
import { gate, keptLog, serveRoutes, stopServing } from '../../test/support/serve-routes.js';
import { createHttpServer, type Reply, type Route } from './index.js';

const requestIdForm = /^[0-9A-Z]{26}$/;

const route = (path: string, handle: Route['handle'], more: Partial<Route> = {}): Route => ({ method: 'POST', path, surface: 'flat', logged: 'always', handle, ...more });
const ok = (body: object = { ok: true }): Reply => ({ status: 200, body });
afterEach(stopServing);

describe('health', () => {
  it('says that the process answers and that its database does', async () => {
    const { agent } = await serveRoutes([]);
    for (const path of ['/healthz', '/readyz']) {
      const answer = await agent.get(path);
      expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }]);
    }
  });

  it.each([
    ['cannot be reached', () => Promise.reject(new Error('no server'))],
    ['does not answer', () => new Promise(() => undefined)],
  ])('is unavailable, and alive, when the database %s', async (_what, ping) => {
    const { agent } = await serveRoutes([], { ping });
    const answer = await agent.get('/readyz');
    expect([answer.status, answer.body]).toEqual([503, { status: 'unavailable' }]);
    expect((await agent.get('/healthz')).status).toBe(200);
  });
});

describe('every response', () => {
  it('has a request id of its own, whatever it is', async () => {
    const { agent } = await serveRoutes([route('/fine', async () => ok()), route('/broken', async () => { throw new Error('x'); })]);
    const answers = await Promise.all([
      agent.get('/healthz'), agent.post('/fine'), agent.post('/broken'), agent.get('/nothing'), agent.get('/%E0%A4%A'), agent.put('/fine'), agent.options('/fine'),
    ]);
    const ids = answers.map((answer) => String(answer.headers['x-request-id']));
    for (const id of ids) expect(id).toMatch(requestIdForm);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('carries the protective headers and no word on what serves it', async () => {
    const { agent } = await serveRoutes([]);
    const { headers } = await agent.get('/healthz');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['etag']).toBeUndefined();
  });

  it('answers what is no HTTP at all, with a request id', async () => {
    const { url } = await serveRoutes([]);
    const text = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => { socket.write('HELLO THERE\r\n\r\n'); });
      let seen = '';
      socket.on('data', (chunk) => { seen += chunk.toString(); }).on('close', () => { resolve(seen); });
    });
    expect(text).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(text).toMatch(/X-Request-Id: [0-9A-Z]{26}/);
    expect(text.split('\r\n\r\n')[1]).toBe('{"error":"Invalid request","message":"The request could not be read."}');
  });
});

describe('faults', () => {
  const faulty = (surface: Route['surface']) => [
    route('/fault', async () => { throw new ApiFault({ kind: 'invalid_request', message: 'amount must be more', param: 'amount', code: 'too_small' }); }, { surface }),
    route('/ours', async () => { throw new Error('secret insides at /home/x'); }, { surface }),
    route('/database', async () => {
      throw new Error('wrapped', { cause: new MongoServerSelectionError('connect ECONNREFUSED 10.0.0.7:27017', {} as TopologyDescription) });
    }, { surface }),
  ];

  it('are flat on a flat surface', async () => {
    const { agent } = await serveRoutes(faulty('flat'));
    const [fault, ours, database] = await Promise.all([agent.post('/fault'), agent.post('/ours'), agent.post('/database')]);
    expect([fault.status, fault.body]).toEqual([400, { error: 'Invalid request', message: 'amount must be more', param: 'amount' }]);
    expect([ours.status, ours.body]).toEqual([500, { error: 'Internal error', message: 'Something went wrong on our side.', requestId: ours.headers['x-request-id'] }]);
    expect([database.status, database.body]).toEqual([503, { error: 'Service unavailable', message: 'The database cannot be reached. Try again.', requestId: database.headers['x-request-id'] }]);
  });

  it('are enveloped on an enveloped surface', async () => {
    const { agent } = await serveRoutes(faulty('envelope'));
    const [fault, ours, database] = await Promise.all([agent.post('/fault'), agent.post('/ours'), agent.post('/database')]);
    expect([fault.status, fault.body]).toEqual([400, { error: { type: 'invalid_request_error', message: 'amount must be more', param: 'amount', code: 'too_small' } }]);
    expect([ours.status, ours.body]).toEqual([500, { error: { type: 'api_error', message: 'Something went wrong on our side.' } }]);
    expect([database.status, database.body]).toEqual([503, { error: { type: 'service_unavailable_error', message: 'The database cannot be reached. Try again.' } }]);
  });

  it('of ours are in the log with the request id', async () => {
    const { agent, lines } = await serveRoutes(faulty('flat'));
    const answer = await agent.post('/ours');
    const line = lines.find((one) => one.includes('secret insides'));
    expect(line).toContain(String(answer.headers['x-request-id']));
    expect(line).toContain('"route":"/ours"');
  });

  it.each([
    ['/nothing', { error: 'Not found', message: 'There is nothing at this address.' }],
    ['/api/recovery/nothing', { error: 'Not found', message: 'There is nothing at this address.' }],
    ['/api/admin/clients', { error: { type: 'not_found_error', message: 'There is nothing at this address.' } }],
    ['/api/settings', { error: { type: 'not_found_error', message: 'There is nothing at this address.' } }],
    ['/api/settingsx', { error: 'Not found', message: 'There is nothing at this address.' }],
  ])('are 404 at %s, where no route is', async (path, body) => {
    const { agent } = await serveRoutes([]);
    const answer = await agent.get(path);
    expect([answer.status, answer.body]).toEqual([404, body]);
  });

  it('are 404 for another method than the route has, and 400 for a path that cannot be read', async () => {
    const { agent } = await serveRoutes([route('/a/:b', async () => ok())]);
    expect((await agent.get('/a/b')).status).toBe(404);
    const broken = await agent.post('/a/%E0%A4%A');
    expect([broken.status, broken.body]).toEqual([400, { error: 'Invalid request', message: 'The request could not be read.' }]);
  });
});

describe('calls', () => {
  it('bring path, query and headers as they were sent', async () => {
    const { agent } = await serveRoutes([route('/c/:slug/w/:key{/*topic}', async (call) => ok({
      params: call.params, a: call.query.getAll('a'), header: call.header('x-one'), proof: call.headers.get('X-Proof'),
    }))]);
    const answer = await agent.post('/c/s/w/k/charge/failed?a=1&a=%C3%BC').set('X-One', 'uno').set('x-proof', 't=1,v1=ab');
    expect(answer.body).toEqual({ params: { slug: 's', key: 'k', topic: 'charge/failed' }, a: ['1', 'ü'], header: 'uno', proof: 't=1,v1=ab' });
    expect((await agent.post('/c/s/w/k')).body).toMatchObject({ params: { slug: 's', key: 'k' } });
  });

  it('run what follows once the response has left', async () => {
    const order: string[] = [];
    const { held, release } = gate();
    const { agent } = await serveRoutes([route('/then', async () => { order.push('answered'); return { ...ok(), whenSent: async () => { order.push('followed'); release(); } }; })]);
    const answer = await agent.post('/then');
    await held;
    expect([answer.status, order]).toEqual([200, ['answered', 'followed']]);
  });

  it('run what follows also when the caller has gone away, and survive its failure', async () => {
    const { held: started, release: begin } = gate();
    const { held, release } = gate();
    const { url, agent, lines } = await serveRoutes([route('/then', async () => {
      begin();
      await new Promise((resolve) => { setTimeout(resolve, 50); });
      return { ...ok(), whenSent: async () => { release(); throw new Error('it failed'); } };
    })]);
    const gone = new AbortController();
    const call = fetch(`${url}/then`, { method: 'POST', signal: gone.signal }).catch(() => undefined);
    await started;
    gone.abort();
    await call;
    await held;
    expect((await agent.get('/healthz')).status).toBe(200);
    expect(lines.some((line) => line.includes('what follows a response failed'))).toBe(true);
  });
});

describe('the log', () => {
  it('has one line a request: ids, method, route pattern, status, time; never query, headers or body', async () => {
    const { agent, lines } = await serveRoutes([route('/things/:key', async (call) => { await call.json(); return { ...ok(), ids: { clientId: 'c1', transactionId: 't1' } }; })]);
    const answer = await agent.post('/things/KEYINPATH?q=INQUERY').set('X-API-KEY', 'INHEADER').send({ a: 'INBODY' });
    expect(answer.status).toBe(200);
    expect(lines).toHaveLength(1);
    const { ms, time: _time, ...line } = JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;
    expect(line).toEqual({ level: 'info', requestId: answer.headers['x-request-id'], clientId: 'c1', transactionId: 't1', method: 'POST', route: '/things/:key', status: 200, msg: 'request' });
    expect(typeof ms).toBe('number');
    await agent.get('/KEYINPATH?q=INQUERY');
    expect(lines.join('')).not.toMatch(/KEYINPATH|INQUERY|INHEADER|INBODY/);
  });
});

describe('ending', () => {
  it('lets a request under way finish, then takes none', async () => {
    const { held: started, release: begin } = gate();
    const { held, release } = gate();
    const { server, url } = await serveRoutes([route('/slow', async () => { begin(); await held; return ok(); })], { shutdownSeconds: 10 });
    const call = fetch(`${url}/slow`, { method: 'POST' });
    await started;
    const closed = server.close();
    release();
    const answer = await call;
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    await closed;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('refuses what is new while it drains, says so, and comes back when all is answered', async () => {
    const { held: started, release: begin } = gate();
    const { held, release } = gate();
    const { server, url } = await serveRoutes([
      route('/slow', async () => { begin(); await held; return ok(); }), route('/new', async () => ok()), route('/api/admin/new', async () => ok(), { surface: 'envelope' }),
    ]);
    const slow = fetch(`${url}/slow`, { method: 'POST' });
    await started;
    let drained: 'no' | 'yes' = 'no';
    const draining = server.drain().then(() => (drained = 'yes'));
    const ask = async (path: string, method = 'POST') => {
      const answer = await fetch(`${url}${path}`, { method });
      return [answer.status, answer.headers.get('connection'), await answer.json()];
    };
    expect(await ask('/new')).toEqual([503, 'close', { error: 'Service unavailable', message: 'The hub is ending. Send it again.', requestId: expect.stringMatching(requestIdForm) }]);
    expect(await ask('/api/admin/new')).toEqual([503, 'close', { error: { type: 'service_unavailable_error', message: 'The hub is ending. Send it again.' } }]);
    expect(await ask('/readyz', 'GET')).toEqual([503, 'close', { status: 'unavailable', reason: 'This process is ending.' }]);
    expect(await ask('/healthz', 'GET')).toEqual([200, 'close', { status: 'ok' }]);
    expect(drained).toBe('no');
    release();
    expect((await slow).status).toBe(200);
    await draining;
    await server.close(50);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('is not held up by connections kept alive', async () => {
    const { server, url } = await serveRoutes([], { shutdownSeconds: 60 });
    const agent = new Agent({ keepAlive: true, maxSockets: 3 });
    const ask = () => new Promise<void>((resolve, reject) => { get(`${url}/healthz`, { agent }, (answer) => { answer.resume().once('end', resolve); }).once('error', reject); });
    await Promise.all([ask(), ask(), ask()]);
    const from = performance.now();
    await server.drain();
    await server.close();
    expect(performance.now() - from).toBeLessThan(5000);
    agent.destroy();
  });

  it('is unready, alive and tells why, while it may not work', async () => {
    let reason: string | undefined = 'The clocks are apart.';
    const server = createHttpServer({
      settings: { host: '127.0.0.1', port: 0, trustProxy: 0, shutdownSeconds: 1 }, routes: [], health: { ping: async () => 1, objection: () => reason }, logger: keptLog().logger,
    });
    const { url } = await server.listen();
    const ready = async () => { const answer = await fetch(`${url}/readyz`); return [answer.status, await answer.json()]; };
    expect(await ready()).toEqual([503, { status: 'unavailable', reason: 'The clocks are apart.' }]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    reason = undefined;
    expect(await ready()).toEqual([200, { status: 'ok' }]);
    await server.close();
  });

  it('ends what does not finish in time', async () => {
    const { held: started, release: begin } = gate();
    const { server, url } = await serveRoutes([route('/stuck', async () => { begin(); return new Promise<never>(() => undefined); })], { shutdownSeconds: 0.1 });
    const call = fetch(`${url}/stuck`, { method: 'POST' }).then(() => 'answered', () => 'ended');
    await started;
    await server.close();
    expect(await call).toBe('ended');
  });

  it('says why it cannot listen', async () => {
    const { url } = await serveRoutes([]);
    const second = createHttpServer({
      settings: { host: '127.0.0.1', port: Number(new URL(url).port), trustProxy: 0, shutdownSeconds: 1 }, routes: [], health: { ping: async () => 1 }, logger: keptLog().logger,
    });
    await expect(second.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
