import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** One request as a merchant's endpoint got it. */
export interface ReceivedRequest { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer; readonly at: Date }

/** What the endpoint does with a request. */
export type Answer =
  | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string>; readonly afterMs?: number }
  | 'reset' | 'hang' | 'headers_then_hang';

/** A merchant's endpoint on loopback that answers as told. */
export interface WebhookReceiver {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Most requests seen under way at once. */
  readonly peak: () => number;
  close(): Promise<void>;
}

/** Starts an endpoint; `answer` gets the request and its number, from 1. */
export const startWebhookReceiver = async (answer: (request: ReceivedRequest, n: number) => Answer | Promise<Answer>): Promise<WebhookReceiver> => {
  const requests: ReceivedRequest[] = [];
  let underWay = 0;
  let peak = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    underWay += 1;
    peak = Math.max(peak, underWay);
    response.on('close', () => { underWay -= 1; });
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => { chunks.push(chunk); });
    request.on('end', () => {
      const received = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks), at: new Date() };
      requests.push(received);
      const reply = async () => {
        const chosen = await answer(received, requests.length);
        if (chosen === 'reset') { request.socket.resetAndDestroy(); return; }
        if (chosen === 'hang') return;
        if (chosen === 'headers_then_hang') { response.writeHead(200); response.write('begun'); return; }
        if (chosen.afterMs) await wait(chosen.afterMs);
        response.writeHead(chosen.status, chosen.headers).end(chosen.body);
      };
      reply().catch(() => { request.socket.destroy(); });
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    requests,
    peak: () => peak,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
    },
  };
};
