import { createHmac } from 'node:crypto';
import { createWebhookSender, type FakeClock, type Letter, type WebhookSender as SenderOf, type WebhookTarget } from '../../../core/connector-kit/testing/index.js';
import type { FakeEvent } from './event-log.js';
import type { Switches } from './switches.js';

/** One endpoint of the site, JSON or XML: fact('webhook.endpoints') */
export interface EndpointRecord extends WebhookTarget {
  readonly format: 'json' | 'xml';
  /** All valid keys, newest first; a rotated one stays valid for a day: fact('webhook.rotation') */
  secrets: readonly { readonly secret: string; readonly until: Date | null }[];
  /** HTTP Basic, for either format: fact('webhook.basic') */
  readonly username: string | null;
  readonly password: string | null;
  /** None: all. */
  readonly enabledEvents: readonly string[];
  /** `real`: Recurly's own intervals. `patient`: shortened ones that outlast a receiver's restart in scaled time. */
  readonly retries: 'real' | 'patient';
}

export type WebhookSender = SenderOf<FakeEvent, EndpointRecord>;

/** fact('webhook.retries'): seconds before each retry. */
export const RETRY_SECONDS: readonly number[] = Array.from({ length: 10 }, (_, x) => 10 + x * 2 ** (x + 5));
const PATIENT_MS = [250, 500, 1_000, 1_500] as const;
const PATIENT_TRIES = 90;

/** `recurly-signature`, over the timestamp as it is written and the body: fact('webhook.signature') */
export const signatureOf = (body: string, secrets: readonly string[], timestamp: string): string =>
  [timestamp, ...secrets.map((secret) => createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex'))].join(',');

/** By the wall: the receiver reckons with its own clock. fact('webhook.timestamp') */
const timestampOf = ({ signatureUnit }: Switches): string =>
  signatureUnit === 'milliseconds' ? String(Date.now()) : String(Math.floor(Date.now() / 1000));

const authorizationOf = ({ username, password }: EndpointRecord): Readonly<Record<string, string>> =>
  username === null ? {} : { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };

const retryInMs = (clock: FakeClock, { retries }: EndpointRecord, attempt: number): number | undefined => {
  if (retries === 'patient') return attempt < PATIENT_TRIES ? (PATIENT_MS[attempt - 1] ?? 1_500) : undefined;
  const seconds = RETRY_SECONDS[attempt - 1];
  return seconds === undefined ? undefined : clock.wallMsOf(seconds * 1_000);
};

const jsonLetters = (event: FakeEvent, endpoint: EndpointRecord, clock: FakeClock, switches: Switches): (() => Letter) => {
  const body = JSON.stringify(event.body);
  const firstTimestamp = timestampOf(switches);
  return () => {
    // fact('webhook.restamped')
    const timestamp = switches.signatureTimestamp === 'renewed' ? timestampOf(switches) : firstTimestamp;
    const secrets = endpoint.secrets.filter(({ until }) => until === null || until > clock.hubNow()).map(({ secret }) => secret);
    return {
      body,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'recurly-signature': signatureOf(body, secrets, timestamp),
        // fact('webhook.notification_id')
        'recurly-notification-id': event.id,
        ...authorizationOf(endpoint),
      },
    };
  };
};

/** fact('webhook.xml_unsigned') */
const xmlLetters = (event: FakeEvent, endpoint: EndpointRecord): (() => Letter) => () => ({
  body: event.xml, headers: { 'content-type': 'application/xml; charset=utf-8', ...authorizationOf(endpoint) },
});

/** fact('webhook.success') fact('webhook.no_redirects') */
export const createRecurlySender = (clock: FakeClock, switches: Switches): WebhookSender => createWebhookSender<FakeEvent, EndpointRecord>({
  named: ({ id, type }) => ({ eventId: id, type }),
  wants: ({ enabledEvents }, { type }) => enabledEvents.length === 0 || enabledEvents.includes(type),
  letters: (event, endpoint) => (endpoint.format === 'json' ? jsonLetters(event, endpoint, clock, switches) : xmlLetters(event, endpoint)),
  retryInMs: (endpoint, attempt) => retryInMs(clock, endpoint, attempt),
  // fact('webhook.timeout')
  answerWithinMs: 5_000,
});
