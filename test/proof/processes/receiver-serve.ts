/**
 * A merchant's endpoint as a process of its own: `POST /hooks` is for the hub, `GET /log` answers what came, `PUT /answer` sets the status it answers
 * with; 0 destroys the connection, as a receiver that is down. Ends on SIGTERM, and when its standard input ends.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReceivedNotification } from '../laws/evidence.js';

const log: (Omit<ReceivedNotification, 'at'> & { readonly at: string })[] = [];
let status = 204;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const take = (id: string, body: Buffer): void => {
  const json: unknown = JSON.parse(body.toString('utf8'));
  const event = typeof json === 'object' && json !== null && 'event' in json ? textOf(json.event) : '';
  const caseId = typeof json === 'object' && json !== null && 'revtainTransactionId' in json ? textOf(json.revtainTransactionId) : '';
  log.push({ id, digest: createHash('sha256').update(body).digest('hex'), event, caseId, at: new Date().toISOString(), answered: status === 0 ? null : status });
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => { chunks.push(chunk); });
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    switch (`${request.method ?? ''} ${request.url ?? ''}`) {
      case 'POST /hooks':
        take(textOf(request.headers['webhook-id']), body);
        if (status === 0) request.socket.destroy();
        else response.writeHead(status).end();
        break;
      case 'GET /log':
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(log));
        break;
      case 'PUT /answer':
        status = Number(body.toString('utf8'));
        response.writeHead(204).end();
        break;
      default:
        response.writeHead(404).end();
    }
  });
});

const stop = (): void => { process.exit(0); };
process.stdin.on('end', stop).on('close', stop).on('error', stop).resume();
process.on('SIGTERM', stop);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ ready: true, url: `http://127.0.0.1:${String(port)}` })}\n`);
});
