import type { IncomingHttpHeaders } from 'node:http';
import { Stripe } from 'stripe';
import { openReceiver as openReceiverOf, type Receiver as ReceiverOf } from '../../../core/connector-kit/testing/index.js';
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

export type Receiver = ReceiverOf<Received>;

/** A webhook receiver on loopback that keeps what it got. */
export const openReceiver = (): Promise<Receiver> => openReceiverOf((headers, body) => {
  const event = JSON.parse(body) as { readonly id: string; readonly type: string };
  return { headers, body, type: event.type, eventId: event.id };
});
