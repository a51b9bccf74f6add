import type { IncomingHttpHeaders } from 'node:http';
import { type Answered, answeredOf, at, type Body, openReceiver as openReceiverOf, type Receiver as ReceiverOf, until } from '../../../core/connector-kit/testing/index.js';
import { type ChargebeeFake, type ChargebeeFakeOptions, startChargebeeFake } from './chargebee-fake.js';

export { at, until, type Body };

export interface Opened {
  readonly fake: ChargebeeFake;
  readonly get: (path: string, key?: string) => Promise<Answered>;
  readonly post: (path: string, form?: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>) => Promise<Answered>;
}

const basic = (key: string): Readonly<Record<string, string>> => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });

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

export type Receiver = ReceiverOf<Received>;

/** A webhook receiver on loopback that keeps what it got. */
export const openReceiver = (): Promise<Receiver> => openReceiverOf((headers, text) => {
  const body = JSON.parse(text) as Body;
  return { headers, body, type: String(body['event_type']) };
});
