import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeEvent, WebhookStatus } from './event-log.js';
import type { FakeClock } from './fake-clock.js';
import { createRandom, type Random } from './random.js';
import { renderedFor, type Rendering } from './render.js';

export interface EndpointRecord extends Rendering {
  readonly id: string;
  name: string;
  url: string;
  /** HTTP Basic, if the merchant set it: fact('webhook.basic') */
  username: string | null;
  password: string | null;
  enabledEvents: readonly string[];
  disabled: boolean;
  /** Sent only when the test says so, one by one. */
  readonly held: boolean;
  /** `real`: Chargebee's own intervals. `patient`: shortened ones that outlast a receiver's restart in scaled time. */
  readonly retries: 'real' | 'patient';
  readonly seed: number;
  /** How often an event is delivered twice, 0 to 1. */
  readonly duplicates: number;
  /** How often an event is overtaken by the next, 0 to 1. */
  readonly disorder: number;
}

export interface Delivery {
  readonly eventId: string;
  readonly type: string;
  readonly endpointId: string;
  readonly attempt: number;
  readonly sentAt: string;
  /** Status of the receiver's answer; null when there was none. */
  readonly status: number | null;
}

export interface WebhookSender {
  register(endpoint: EndpointRecord): void;
  unregister(endpointId: string): void;
  send(event: FakeEvent): void;
  /** One delivery now, held or not; resolves when it was answered or failed, without retries. */
  deliverOnce(event: FakeEvent): Promise<readonly Delivery[]>;
  deliveries(): readonly Delivery[];
  /** Resolves when nothing is held back, queued or waiting for a retry. */
  idle(): Promise<void>;
  close(): void;
}

/** fact('webhook.retries'): after each failed try. */
export const RETRY_MINUTES = [2, 6, 30, 60, 300, 1_440, 2_880] as const;
const HELD_AT_MOST_MS = 400;
/** fact('webhook.timeout') */
const ANSWER_WITHIN_MS = 20_000;
const PATIENT_MS = [250, 500, 1_000, 1_500] as const;
const PATIENT_TRIES = 90;

interface Lane {
  readonly endpoint: EndpointRecord;
  readonly random: Random;
  /** Lets go of the event that is being overtaken. */
  overtaken: (() => void) | null;
  queue: Promise<void>;
}

const authorizationOf = ({ username, password }: EndpointRecord): Readonly<Record<string, string>> =>
  username === null ? {} : { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };

const wants = ({ disabled, enabledEvents }: EndpointRecord, type: string): boolean =>
  !disabled && (enabledEvents.length === 0 || enabledEvents.includes(type));

/** An event counts as the worst of its endpoints. */
const note = (event: FakeEvent, endpointId: string, status: WebhookStatus): void => {
  const found = event.webhooks.find(({ id }) => id === endpointId);
  if (found === undefined) event.webhooks.push({ id: endpointId, webhook_status: status });
  else found.webhook_status = status;
  const order: readonly WebhookStatus[] = ['failed', 're_scheduled', 'scheduled', 'succeeded'];
  event.webhook_status = order.find((one) => event.webhooks.some(({ webhook_status: known }) => known === one)) ?? status;
};

export const createWebhookSender = (clock: FakeClock): WebhookSender => {
  const lanes = new Map<string, Lane>();
  const log: Delivery[] = [];
  const stopped = new AbortController();
  let busy = 0;

  // fact('webhook.transport')
  const post = async (endpoint: EndpointRecord, event: FakeEvent, attempt: number): Promise<Delivery> => {
    const sentAt = new Date().toISOString();
    const status = await fetch(endpoint.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'ChargeBee', ...authorizationOf(endpoint) },
      body: JSON.stringify(renderedFor(event, endpoint)),
      redirect: 'manual',
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    }).then(
      async (response) => {
        await response.arrayBuffer().catch(() => undefined);
        return response.status;
      },
      () => null,
    );
    const delivery = { eventId: event.id, type: event.event_type, endpointId: endpoint.id, attempt, sentAt, status };
    log.push(delivery);
    return delivery;
  };

  const accepted = ({ status }: Delivery): boolean => status !== null && status >= 200 && status < 300;

  /** How long to wait after this try; undefined: no further one. */
  const retryInMs = ({ retries }: EndpointRecord, attempt: number): number | undefined => {
    if (retries === 'patient') return attempt < PATIENT_TRIES ? (PATIENT_MS[attempt - 1] ?? 1_500) : undefined;
    const minutes = RETRY_MINUTES[attempt - 1];
    return minutes === undefined ? undefined : clock.wallMsOf(minutes * 60_000);
  };

  const deliver = async (endpoint: EndpointRecord, event: FakeEvent, onFirstAttempt: () => void): Promise<void> => {
    busy += 1;
    try {
      for (let attempt = 1; !endpoint.disabled; attempt += 1) {
        const isAccepted = accepted(await post(endpoint, event, attempt));
        onFirstAttempt();
        const wait = isAccepted ? undefined : retryInMs(endpoint, attempt);
        note(event, endpoint.id, isAccepted ? 'succeeded' : wait === undefined ? 'failed' : 're_scheduled');
        if (wait === undefined) return;
        await sleep(wait, undefined, { signal: stopped.signal, ref: false });
      }
    } catch {
      // the sender was closed while it waited
    } finally {
      onFirstAttempt();
      busy -= 1;
    }
  };

  const enqueue = (lane: Lane, event: FakeEvent): void => {
    busy += 1;
    // The next event waits for the first attempt of this one, so that only the seeded accidents change the order.
    lane.queue = lane.queue.then(() => new Promise<void>((resolve) => {
      busy -= 1;
      void deliver(lane.endpoint, event, resolve);
    }));
  };

  const letOvertake = (lane: Lane, go: () => void): void => {
    busy += 1;
    let gone = false;
    const release = (): void => {
      if (gone) return;
      gone = true;
      busy -= 1;
      if (lane.overtaken === release) lane.overtaken = null;
      go();
    };
    lane.overtaken = release;
    setTimeout(release, HELD_AT_MOST_MS).unref();
  };

  const sendTo = (lane: Lane, event: FakeEvent): void => {
    if (!wants(lane.endpoint, event.event_type)) return;
    note(event, lane.endpoint.id, 'scheduled');
    if (lane.endpoint.held) return;
    const twice = lane.random() < lane.endpoint.duplicates;
    const late = lane.random() < lane.endpoint.disorder;
    const go = (): void => {
      enqueue(lane, event);
      if (twice) enqueue(lane, event);
    };
    const release = lane.overtaken;
    lane.overtaken = null;
    if (late && release === null) letOvertake(lane, go);
    else {
      go();
      release?.();
    }
  };

  return {
    register: (endpoint) => void lanes.set(endpoint.id, { endpoint, random: createRandom(endpoint.seed), overtaken: null, queue: Promise.resolve() }),
    unregister: (endpointId) => {
      const lane = lanes.get(endpointId);
      if (lane !== undefined) lane.endpoint.disabled = true;
      lanes.delete(endpointId);
    },
    // fact('webhook.each_endpoint')
    send: (event) => {
      for (const lane of lanes.values()) sendTo(lane, event);
    },
    deliverOnce: async (event) => {
      const wanting = [...lanes.values()].filter(({ endpoint }) => wants(endpoint, event.event_type));
      return Promise.all(wanting.map(async ({ endpoint }) => {
        const delivery = await post(endpoint, event, 1);
        note(event, endpoint.id, accepted(delivery) ? 'succeeded' : 'failed');
        return delivery;
      }));
    },
    deliveries: () => log,
    idle: async () => {
      const isBusy = (): boolean => busy > 0;
      while (isBusy()) await sleep(5);
    },
    close: () => {
      for (const { endpoint } of lanes.values()) endpoint.disabled = true;
      stopped.abort();
    },
  };
};
