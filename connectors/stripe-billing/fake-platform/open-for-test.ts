import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Stripe } from 'stripe';
import { startStripeFake, type StripeFake, type StripeFakeOptions } from './stripe-fake.js';

export interface Opened {
  readonly fake: StripeFake;
  readonly stripe: Stripe;
  /** A client of the fake with another key. */
  clientWith(key: string): Stripe;
}

export const clientOf = (fake: StripeFake, key = fake.apiKey): Stripe =>
  new Stripe(key, { host: '127.0.0.1', port: fake.port, protocol: 'http', maxNetworkRetries: 0, telemetry: false, timeout: 5_000 });

/** A fake and the official SDK as its client; ends with `fake.close()`. */
export const openForTest = async (options: StripeFakeOptions = {}): Promise<Opened> => {
  const fake = await startStripeFake(options);
  return { fake, stripe: clientOf(fake), clientWith: (key) => clientOf(fake, key) };
};

/** The error a call ended with; fails when it succeeded. */
export const errorOf = async (call: Promise<unknown>): Promise<InstanceType<typeof Stripe.errors.StripeError>> => {
  const outcome = await call.then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome instanceof Stripe.errors.StripeError) return outcome;
  throw new Error('expected the call to end in a StripeError', { cause: outcome });
};

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly type: string;
  readonly eventId: string;
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
      const body = Buffer.concat(chunks).toString('utf8');
      const event = JSON.parse(body) as { readonly id: string; readonly type: string };
      received.push({ headers: request.headers, body, type: event.type, eventId: event.id });
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
