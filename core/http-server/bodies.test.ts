import { connect } from 'node:net';
import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { serveRoutes, stopServing } from '../../test/support/serve-routes.js';
import { jsonLimit, webhookLimit, type Reply, type Route } from './index.js';

const route = (path: string, handle: Route['handle'], more: Partial<Route> = {}): Route => ({ method: 'POST', path, surface: 'flat', logged: 'always', handle, ...more });
const ok = (body: object = { ok: true }): Reply => ({ status: 200, body });
afterEach(stopServing);

describe('bodies', () => {
  const echo = route('/json', async (call) => ok({ got: await call.json() }));
  const bytes = route('/raw', async (call) => ok({ hex: Buffer.from(await call.raw(webhookLimit)).toString('hex').slice(0, 64) }));
  const notJson = { error: 'Invalid request', message: 'The body is not valid JSON.' };
  const notTyped = { error: 'Unsupported media type', message: 'Send the body as JSON with Content-Type: application/json.' };

  it.each([
    ['{"a":1', 'application/json', 400, notJson],
    ['', 'application/json', 400, notJson],
    ['{"a":1}trailing', 'application/json', 400, notJson],
    ['a=1', 'application/x-www-form-urlencoded', 415, notTyped],
    ['{"a":1}', 'text/plain', 415, notTyped],
    ['{"a":1}', 'application/json; charset=latin1', 415, notTyped],
    ['{"a":1}', 'application/jsonp', 415, notTyped],
    ['{"a":1}', 'application/json', 200, { got: { a: 1 } }],
    ['{"a":1}', 'Application/JSON; charset="UTF-8"', 200, { got: { a: 1 } }],
    ['\u{FEFF}{"a":"ü€"}', 'application/json;charset=utf-8', 200, { got: { a: 'ü€' } }],
  ])('%j as %s is %d', async (body, type, status, expected) => {
    const { url } = await serveRoutes([echo]);
    const answer = await fetch(`${url}/json`, { method: 'POST', body, headers: { 'content-type': type } });
    expect([answer.status, await answer.json()]).toEqual([status, expected]);
  });

  it('that are no UTF-8 are no JSON, and none is quoted back', async () => {
    const { url } = await serveRoutes([echo]);
    const answer = await fetch(`${url}/json`, { method: 'POST', body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), headers: { 'content-type': 'application/json' } });
    expect([answer.status, await answer.json()]).toEqual([400, notJson]);
  });

  it.each([
    ['/json', jsonLimit, 'application/json', { error: 'Payload too large', message: 'The body is larger than 102400 bytes.' }],
    ['/raw', webhookLimit, 'application/octet-stream', { error: 'Payload too large', message: 'The body is larger than 1048576 bytes.' }],
  ])('at %s are taken up to their cap and refused one byte beyond it', async (path, limit, type, refusal) => {
    const { url } = await serveRoutes([echo, bytes]);
    const send = (size: number, chunked: 'chunked' | 'whole') => new Promise<{ status: number; text: string }>((resolve, reject) => {
      const body = Buffer.from(`"${'x'.repeat(size - 2)}"`);
      const outgoing = httpRequest(`${url}${path}`, { method: 'POST', headers: { 'content-type': type, ...(chunked === 'chunked' ? { 'transfer-encoding': 'chunked' } : { 'content-length': body.length }) } }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => { text += chunk.toString(); }).on('end', () => { resolve({ status: answer.statusCode ?? 0, text }); });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
    for (const how of ['whole', 'chunked'] as const) {
      expect((await send(limit, how)).status).toBe(200);
      const over = await send(limit + 1, how);
      expect([over.status, JSON.parse(over.text)]).toEqual([413, refusal]);
    }
  });

  it('that are encoded are refused: a proof is made over the bytes on the wire', async () => {
    const { agent } = await serveRoutes([bytes]);
    const answer = await agent.post('/raw').set('content-encoding', 'gzip').send('x');
    expect([answer.status, answer.body]).toEqual([415, { error: 'Unsupported media type', message: 'Content-Encoding is not supported. Send the body as it is.' }]);
  });

  it('are read once', async () => {
    const { agent } = await serveRoutes([route('/twice', async (call) => { await call.json(); return ok({ again: await call.json() }); })]);
    const answer = await agent.post('/twice').send({ a: 1 });
    expect([answer.status, answer.body]).toEqual([400, { error: 'Invalid request', message: 'The body was not received completely. Send it again.' }]);
  });

  it('arrive to the byte', async () => {
    const { url } = await serveRoutes([bytes]);
    const answer = await fetch(`${url}/raw`, { method: 'POST', body: Buffer.from('00ff0d0a7b', 'hex'), headers: { 'content-type': 'application/json' } });
    expect(await answer.json()).toMatchObject({ hex: '00ff0d0a7b' });
  });

  it('nested a thousand levels deep, or named like a prototype, are read like any other', async () => {
    const { url } = await serveRoutes([echo]);
    for (const body of [`${'['.repeat(1000)}${']'.repeat(1000)}`, '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}']) {
      const answer = await fetch(`${url}/json`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe(`{"got":${body}}`);
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('cut off on the way harm nothing', async () => {
    const { agent, url, lines } = await serveRoutes([bytes]);
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => { socket.write('POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc', () => { socket.destroy(); }); });
    for (let turn = 0; turn < 200 && !lines.some((line) => line.includes('"route":"/raw"')); turn += 1) await new Promise((resolve) => { setTimeout(resolve, 10); });
    expect(lines.find((line) => line.includes('"route":"/raw"'))).toMatch(/"status":(?:"gone"|400)/);
    expect((await agent.get('/healthz')).status).toBe(200);
  });
});
