import { createWebhookSender, type FakeClock, type WebhookSender as SenderOf, type WebhookTarget } from '../../../core/connector-kit/testing/index.js';
import type { FakeEvent, WebhookStatus } from './event-log.js';
import { renderedFor, type Rendering } from './render.js';

export interface EndpointRecord extends Rendering, WebhookTarget {
  name: string;
  /** HTTP Basic, if the merchant set it: fact('webhook.basic') */
  username: string | null;
  password: string | null;
  /** None: all. */
  enabledEvents: readonly string[];
  /** `real`: Chargebee's own intervals. `patient`: shortened ones that outlast a receiver's restart in scaled time. */
  readonly retries: 'real' | 'patient';
}

export type WebhookSender = SenderOf<FakeEvent, EndpointRecord>;

/** fact('webhook.retries'): after each failed try. */
export const RETRY_MINUTES = [2, 6, 30, 60, 300, 1_440, 2_880] as const;
const PATIENT_MS = [250, 500, 1_000, 1_500] as const;
const PATIENT_TRIES = 90;

const authorizationOf = ({ username, password }: EndpointRecord): Readonly<Record<string, string>> =>
  username === null ? {} : { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };

/** An event counts as the worst of its endpoints. */
const note = (event: FakeEvent, endpointId: string, status: WebhookStatus): void => {
  const found = event.webhooks.find(({ id }) => id === endpointId);
  if (found === undefined) event.webhooks.push({ id: endpointId, webhook_status: status });
  else found.webhook_status = status;
  const order: readonly WebhookStatus[] = ['failed', 're_scheduled', 'scheduled', 'succeeded'];
  event.webhook_status = order.find((one) => event.webhooks.some(({ webhook_status: known }) => known === one)) ?? status;
};

/** How long to wait after this try; undefined: no further one. */
const retryInMs = (clock: FakeClock, { retries }: EndpointRecord, attempt: number): number | undefined => {
  if (retries === 'patient') return attempt < PATIENT_TRIES ? (PATIENT_MS[attempt - 1] ?? 1_500) : undefined;
  const minutes = RETRY_MINUTES[attempt - 1];
  return minutes === undefined ? undefined : clock.wallMsOf(minutes * 60_000);
};

/** fact('webhook.transport') fact('webhook.each_endpoint') */
export const createChargebeeSender = (clock: FakeClock): WebhookSender => createWebhookSender<FakeEvent, EndpointRecord>({
  named: (event) => ({ eventId: event.id, type: event.event_type }),
  wants: ({ enabledEvents }, { event_type: type }) => enabledEvents.length === 0 || enabledEvents.includes(type),
  // written anew for each try, as the event is then
  letters: (event, endpoint) => () => ({
    headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'ChargeBee', ...authorizationOf(endpoint) },
    body: JSON.stringify(renderedFor(event, endpoint)),
  }),
  retryInMs: (endpoint, attempt) => retryInMs(clock, endpoint, attempt),
  note: (event, { endpointId }, state) => note(event, endpointId, state),
  // fact('webhook.timeout')
  answerWithinMs: 20_000,
});
