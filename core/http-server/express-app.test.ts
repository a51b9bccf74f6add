import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import express, { Router, type Express, type NextFunction, type Request, type Response } from 'express';
import supertest from 'supertest';
import { createExpressApp } from './express-app.js';

const servers: Server[] = [];
afterEach(() => { for (const server of servers.splice(0)) server.close(); });

const listen = async (server: Server) => {
  servers.push(server);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** What Express gives a handler, over which the two ways of making a server must agree. */
const furnish = (app: Express) => {
  app.set('trust proxy', 1);
  const router = Router();
  router.get('/params/:id', (request: Request, response: Response) => {
    response.status(201).set('X-A', 'b').json({ id: request.params['id'], q: request.query['q'], ip: request.ip, protocol: request.protocol, host: request.hostname, accepts: request.accepts('json', 'html'), is: request.get('x-one') });
  });
  router.get('/redirect', (_request: Request, response: Response) => { response.redirect(302, '/params/1'); });
  router.get('/async', async () => { throw new Error('async'); });
  router.post('/json', express.json(), (request: Request, response: Response) => { response.send(request.body); });
  app.use('/in', router);
  app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => { response.status(500).json({ caught: error.message }); });
  return app;
};

describe('a server made for its Express application', () => {
  it('creates requests and responses with the prototype Express sets, so that setting it changes nothing', async () => {
    const { app, createServer } = createExpressApp();
    const same: boolean[] = [];
    const server = createServer();
    server.prependListener('request', (request, response) => {
      same.push(Object.getPrototypeOf(request) === Reflect.get(app, 'request'), Object.getPrototypeOf(response) === Reflect.get(app, 'response'));
    });
    app.use((_request: Request, response: Response) => { response.end(); });
    await supertest(await listen(server)).get('/');
    expect(same).toEqual([true, true]);
  });

  it('behaves like a plain one', async () => {
    const made = createExpressApp();
    furnish(made.app);
    const plain = furnish(express());
    const urls = [await listen(made.createServer()), await listen(plain.listen(0, '127.0.0.1'))];
    const answers = await Promise.all(urls.map(async (url) => {
      const agent = supertest(url);
      const all = await Promise.all([
        agent.get('/in/params/7?q=1').set('X-Forwarded-For', '203.0.113.9').set('X-Forwarded-Proto', 'https').set('Host', 'hub.test').set('X-One', 'uno'),
        agent.get('/in/redirect').redirects(0), agent.get('/in/async'), agent.post('/in/json').send({ a: 1 }), agent.get('/none'), agent.head('/in/params/1'),
      ]);
      return all.map(({ status, body, headers, text }) => {
        const { date: _date, ...stable } = headers as Record<string, string>;
        return { status, body: body as unknown, text, headers: stable };
      });
    }));
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]).toMatchObject({ status: 201, body: { id: '7', q: '1', ip: '203.0.113.9', protocol: 'https', is: 'uno' } });
  });
});
