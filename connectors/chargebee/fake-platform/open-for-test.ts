import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ChargebeeFake, type ChargebeeFakeOptions, startChargebeeFake } from './chargebee-fake.js';

/** A body as it came, loosely: tests look at members by path. */
export interface Body {
  readonly [member: string]: unknown;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

export interface Opened {
  readonly fake: ChargebeeFake;
  readonly get: (path: string, key?: string) => Promise<Answered>;
  readonly post: (path: string, form?: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>) => Promise<Answered>;
}

const basic = (key: string): Readonly<Record<string, string>> => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });

const answeredOf = async (response: Response): Promise<Answered> => {
  const text = await response.text();
  const read = ((): Body => {
    try {
      return JSON.parse(text) as Body;
    } catch {
      return {};
    }
  })();
  return { status: response.status, headers: response.headers, text, body: read };
};

/** The member of a body under this path, such as `invoice.linked_payments.0.txn_id`. */
export const at = (body: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined), body);

/** A fake and a bare client of its wire format; ends with `fake.close()`. */
export const openForTest = async (options: ChargebeeFakeOptions = {}): Promise<Opened> => {
  const fake = await startChargebeeFake(options);
  const address = (path: string): string => `${fake.url}/api/v2${path}`;
  return {
    fake,
    get: async (path, key = fake.apiKey) => answeredOf(await fetch(address(path), { headers: basic(key) })),
    post: async (path, form = {}, headers = {}) => answeredOf(await fetch(address(path), {
      method: 'POST', body: new URLSearchParams(form).toString(),
      headers: { ...basic(fake.apiKey), 'content-type': 'application/x-www-form-urlencoded', ...headers },
    })),
  };
};

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
  readonly type: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Answers the next deliveries with these statuses, then 200. */
  answerWith(...statuses: number[]): void;
  close(): Promise<void>;
}

/** A webhook receiver on loopback that keeps what it got. */
export const openReceiver = async (): Promise<Receiver> => {
  const received: Received[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Body;
      received.push({ headers: request.headers, body, type: String(body['event_type']) });
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

/** Waits until something is so; fails after two seconds. */
export const until = async (isSo: () => boolean): Promise<void> => {
  const end = Date.now() + 2_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error('waited two seconds in vain');
    await new Promise<void>((resolve) => setTimeout(resolve, 5));
  }
};
