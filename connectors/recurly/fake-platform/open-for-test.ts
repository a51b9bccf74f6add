import type { IncomingHttpHeaders } from 'node:http';
import { type Answered, answeredOf, at, type Body, openReceiver as openReceiverOf, type Receiver as ReceiverOf, until } from '../../../core/connector-kit/testing/index.js';
import { type RecurlyFake, type RecurlyFakeOptions, startRecurlyFake } from './recurly-fake.js';

export { at, until, type Body };

type Headers = Readonly<Record<string, string>>;

export interface Opened {
  readonly fake: RecurlyFake;
  readonly get: (path: string, headers?: Headers) => Promise<Answered>;
  readonly put: (path: string, body?: object, headers?: Headers) => Promise<Answered>;
  readonly post: (path: string, body?: object, headers?: Headers) => Promise<Answered>;
}

/** The headers of every ordinary request. */
export const ordinary = (key: string): Headers => ({
  authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`, accept: 'application/vnd.recurly.v2021-02-25',
});

/** A fake and a bare client of its wire format; ends with `fake.close()`. */
export const openForTest = async (options: RecurlyFakeOptions = {}): Promise<Opened> => {
  const fake = await startRecurlyFake(options);
  const write = (method: string) => async (path: string, body?: object, headers: Headers = {}): Promise<Answered> => answeredOf(await fetch(`${fake.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: { ...ordinary(fake.apiKey), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  }));
  return {
    fake,
    get: async (path, headers = {}) => answeredOf(await fetch(`${fake.url}${path}`, { headers: { ...ordinary(fake.apiKey), ...headers } })),
    put: write('PUT'),
    post: write('POST'),
  };
};

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Body;
  readonly type: string;
}

export type Receiver = ReceiverOf<Received>;

/** A webhook receiver on loopback that keeps what it got; of XML the type is the root. */
export const openReceiver = (): Promise<Receiver> => openReceiverOf((headers, text) => {
  if (text.startsWith('<')) return { headers, text, body: {}, type: /<(\w+_notification)>/.exec(text)?.[1] ?? '' };
  const body = JSON.parse(text) as Body;
  return { headers, text, body, type: `${String(body['object_type'])}.${String(body['event_type'])}` };
});
