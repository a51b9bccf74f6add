import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook receiver on loopback that keeps what it got. */
export interface Receiver<Received> {
  readonly url: string;
  readonly received: Received[];
  /** Answers the next deliveries with these statuses, then 200. */
  answerWith(...statuses: number[]): void;
  close(): Promise<void>;
}

/** @param read - What is kept of a delivery. */
export const openReceiver = async <Received>(read: (headers: IncomingHttpHeaders, body: string) => Received): Promise<Receiver<Received>> => {
  const received: Received[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(read(request.headers, Buffer.concat(chunks).toString('utf8')));
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answerWith: (...next) => void statuses.push(...next),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

/** Waits until something is so; fails after five seconds. */
export const until = async (isSo: () => boolean): Promise<void> => {
  const end = Date.now() + 5_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error('waited five seconds in vain');
    await new Promise<void>((resolve) => setTimeout(resolve, 5));
  }
};
