import { setTimeout as sleep } from 'node:timers/promises';
import { Stripe } from 'stripe';
import type { Emitted } from './event-log.js';
import type { FakeClock } from './fake-clock.js';
import { createRandom, type Random } from './random.js';
import { renderedFor } from './render-event.js';

export interface WebhookTarget {
  readonly endpointId: string;
  url: string;
  /** All valid secrets, newest first: a rolled secret stays valid beside the new one. */
  secrets: readonly string[];
  enabledEvents: readonly string[];
  readonly apiVersion: string | null;
  /** Seed of this endpoint's accidents. */
  readonly seed: number;
  /** How often an event is delivered twice, 0 to 1. */
  readonly duplicates: number;
  /** How often an event is overtaken by the next, 0 to 1. */
  readonly disorder: number;
  enabled: boolean;
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
  register(target: WebhookTarget): void;
  unregister(endpointId: string): void;
  targets(): readonly WebhookTarget[];
  send(emitted: Emitted): void;
  deliveries(): readonly Delivery[];
  /** Resolves when nothing is held, queued or waiting for a retry. */
  idle(): Promise<void>;
  close(): void;
}

/** `Stripe-Signature` with one v1 per valid secret, in wall time: fact('webhook.signature') fact('webhook.rolled_secret') */
export const signatureHeader = (payload: string, secrets: readonly string[], timestamp = Math.floor(Date.now() / 1000)): string => {
  const parts = secrets.map((secret) => Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }).split(',')[1] ?? '');
  return [`t=${timestamp}`, ...parts].join(',');
};

const HELD_AT_MOST_MS = 400;
const ANSWER_WITHIN_MS = 10_000;
/**
 * fact('webhook.retries'): the intervals are not published. Shortened by the scale, but never so much that a receiver which only restarts is
 * given up on.
 */
const RETRY_HUB_MS = [60_000, 300_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000];
const SHORTEST_RETRY_MS = 250;
const LONGEST_SCALED_RETRY_MS = 1_500;
const GIVE_UP_HUB_MS = 3 * 86_400_000;
const GIVE_UP_SCALED_MS = 120_000;

const wants = (target: WebhookTarget, type: string): boolean =>
  target.enabled && target.enabledEvents.some((wanted) => wanted === '*' || wanted === type);

/** What is on its way to one endpoint. */
interface Lane {
  readonly target: WebhookTarget;
  readonly random: Random;
  /** Lets go of the event that is being overtaken. */
  held: (() => void) | null;
  queue: Promise<void>;
}

export const createWebhookSender = (clock: FakeClock): WebhookSender => {
  const targets = new Map<string, Lane>();
  const log: Delivery[] = [];
  const stopped = new AbortController();
  let busy = 0;

  const post = async (target: WebhookTarget, body: string, { event }: Emitted, attempt: number): Promise<boolean> => {
    const sentAt = new Date().toISOString();
    const status = await fetch(target.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'stripe-signature': signatureHeader(body, target.secrets),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    }).then(
      async (response) => {
        await response.arrayBuffer().catch(() => undefined);
        return response.status;
      },
      () => null,
    );
    log.push({ eventId: event.id, type: event.type, endpointId: target.endpointId, attempt, sentAt, status });
    return status !== null && status >= 200 && status < 300;
  };

  const retryInMs = (attempt: number): number => {
    const scaled = clock.wallMsOf(RETRY_HUB_MS[Math.min(attempt, RETRY_HUB_MS.length) - 1] ?? 0);
    return clock.scale === 1 ? scaled : Math.min(LONGEST_SCALED_RETRY_MS, Math.max(SHORTEST_RETRY_MS, scaled));
  };

  /** Retries until a 2xx, with the same body and a new signature each time. */
  const deliver = async (target: WebhookTarget, body: string, emitted: Emitted, onFirstAttempt: () => void): Promise<void> => {
    busy += 1;
    const giveUpAt = Date.now() + Math.max(GIVE_UP_SCALED_MS, clock.wallMsOf(GIVE_UP_HUB_MS));
    try {
      for (let attempt = 1; target.enabled && Date.now() < giveUpAt; attempt += 1) {
        const accepted = await post(target, body, emitted, attempt);
        onFirstAttempt();
        if (accepted) {
          emitted.event.pending_webhooks = Math.max(0, emitted.event.pending_webhooks - 1);
          return;
        }
        await sleep(retryInMs(attempt), undefined, { signal: stopped.signal, ref: false });
      }
    } catch {
      // the sender was closed while it waited
    } finally {
      onFirstAttempt();
      busy -= 1;
    }
  };

  const enqueue = (endpointId: string, body: string, emitted: Emitted): void => {
    const entry = targets.get(endpointId);
    if (entry === undefined) return;
    busy += 1;
    // The next event waits for the first attempt of this one, so that only the seeded accidents change the order.
    entry.queue = entry.queue.then(
      () =>
        new Promise<void>((resolve) => {
          busy -= 1;
          void deliver(entry.target, body, emitted, resolve);
        }),
    );
  };

  const sendTo = (endpointId: string, emitted: Emitted): void => {
    const entry = targets.get(endpointId);
    if (entry === undefined || !wants(entry.target, emitted.event.type)) return;
    emitted.event.pending_webhooks += 1;
    const body = JSON.stringify(renderedFor(emitted, entry.target.apiVersion), null, 2);
    const twice = entry.random() < entry.target.duplicates;
    const late = entry.random() < entry.target.disorder;
    const go = (): void => {
      enqueue(endpointId, body, emitted);
      if (twice) enqueue(endpointId, body, emitted);
    };
    const release = entry.held;
    entry.held = null;
    if (late && release === null) hold(endpointId, go);
    else {
      go();
      release?.();
    }
  };

  const hold = (endpointId: string, go: () => void): void => {
    const entry = targets.get(endpointId);
    if (entry === undefined) return;
    busy += 1;
    let gone = false;
    const release = (): void => {
      if (gone) return;
      gone = true;
      busy -= 1;
      if (entry.held === release) entry.held = null;
      go();
    };
    entry.held = release;
    setTimeout(release, HELD_AT_MOST_MS).unref();
  };

  return {
    register: (target) => void targets.set(
      target.endpointId,
      { target, random: createRandom(target.seed), held: null, queue: Promise.resolve() },
    ),
    unregister: (endpointId) => {
      const entry = targets.get(endpointId);
      if (entry !== undefined) entry.target.enabled = false;
      targets.delete(endpointId);
    },
    targets: () => [...targets.values()].map(({ target }) => target),
    send: (emitted) => {
      for (const endpointId of targets.keys()) sendTo(endpointId, emitted);
    },
    deliveries: () => log,
    idle: async () => {
      const isBusy = () => busy > 0;
      while (isBusy()) await sleep(5);
    },
    close: () => {
      for (const { target } of targets.values()) target.enabled = false;
      stopped.abort();
    },
  };
};
