/**
 * The merchant of the demo, as a process of its own: receives the hub's webhooks, checks both signatures and keeps a log.
 * `POST /webhooks` is for the hub; `PUT /secret` sets the signing secret; `GET /log` answers what came. Every fourth message is refused once with 503, so
 * that redelivery is seen. Ends on SIGTERM, and when its standard input ends.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Delivery } from './merchant-log.js';

const refuseEvery = 4;

const deliveries: Delivery[] = [];
const seen = new Map<string, { readonly bytes: string; readonly number: number }>();
let secret: string | undefined;

const eventShape = z.object({ event: z.string(), revtainTransactionId: z.string(), invoiceId: z.string().nullable() });

const one = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
};

const isStandardSigned = (body: string, headers: IncomingHttpHeaders): boolean => {
  if (secret === undefined) return false;
  const named = Object.fromEntries(['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, one(headers, name)]));
  try {
    new Webhook(secret).verify(body, named);
    return true;
  } catch {
    return false;
  }
};

const isBodySigned = (body: Buffer, headers: IncomingHttpHeaders): boolean => {
  if (secret === undefined) return false;
  const right = Buffer.from(createHmac('sha256', secret).update(body).digest('hex'));
  const sent = Buffer.from(one(headers, 'x-revtain-signature'));
  return sent.length === right.length && timingSafeEqual(sent, right);
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const take = (body: Buffer, headers: IncomingHttpHeaders): 200 | 401 | 503 => {
  const text = body.toString('utf8');
  const id = one(headers, 'webhook-id');
  const bytes = createHash('sha256').update(body).digest('hex');
  const known = seen.get(id);
  const number = known?.number ?? seen.size + 1;
  if (known === undefined) seen.set(id, { bytes, number });
  const verified = isStandardSigned(text, headers) && isBodySigned(body, headers);
  const json = parse(text);
  const event = eventShape.safeParse(json);
  const refused = verified && known === undefined && number % refuseEvery === 0;
  deliveries.push({
    id, at: new Date().toISOString(), verified, sameBytes: known === undefined || known.bytes === bytes, refused, body: json,
    event: event.success ? event.data.event : '?',
    transactionId: event.success ? event.data.revtainTransactionId : null,
    invoiceId: event.success ? event.data.invoiceId : null,
  });
  if (!verified) return 401;
  return refused ? 503 : 200;
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = await bodyOf(request);
  const answer = (status: number, content?: unknown) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content ?? { status }));
  switch (`${request.method} ${request.url}`) {
    case 'POST /webhooks': return void answer(take(body, request.headers));
    case 'PUT /secret':
      secret = body.toString('utf8');
      return void answer(200);
    case 'GET /log': return void answer(200, deliveries);
    default: return void answer(404);
  }
};

const server = createServer((request, response) => {
  serve(request, response).catch(() => request.socket.destroy());
});
const stop = (): void => {
  server.closeAllConnections();
  server.close(() => process.exit(0));
};
process.stdin.on('end', stop).on('close', stop).on('error', stop).resume();
process.on('SIGTERM', stop);
process.on('SIGINT', () => undefined);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}` })}\n`);
});
