import { Stripe } from 'stripe';
import { createWebhookSender, type FakeClock, type WebhookSender as SenderOf, type WebhookTarget as Target } from '../../../core/connector-kit/testing/index.js';
import type { Emitted } from './event-log.js';
import { renderedFor } from './render-event.js';

export interface WebhookTarget extends Target {
  /** All valid secrets, newest first: a rolled secret stays valid beside the new one. */
  secrets: readonly string[];
  enabledEvents: readonly string[];
  readonly apiVersion: string | null;
}

export type WebhookSender = SenderOf<Emitted, WebhookTarget>;

/** `Stripe-Signature` with one v1 per valid secret, in wall time: fact('webhook.signature') fact('webhook.rolled_secret') */
export const signatureHeader = (payload: string, secrets: readonly string[], timestamp = Math.floor(Date.now() / 1000)): string => {
  const parts = secrets.map((secret) => Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }).split(',')[1] ?? '');
  return [`t=${timestamp}`, ...parts].join(',');
};

/**
 * fact('webhook.retries'): the intervals are not published. Shortened by the scale, but never so much that a receiver which only restarts is
 * given up on.
 */
const RETRY_HUB_MS = [60_000, 300_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000];
const SHORTEST_RETRY_MS = 250;
const LONGEST_SCALED_RETRY_MS = 1_500;
const GIVE_UP_HUB_MS = 3 * 86_400_000;
const GIVE_UP_SCALED_MS = 120_000;

const retryInMs = (clock: FakeClock, attempt: number, elapsedMs: number): number | undefined => {
  const scaled = clock.wallMsOf(RETRY_HUB_MS[Math.min(attempt, RETRY_HUB_MS.length) - 1] ?? 0);
  const wait = clock.scale === 1 ? scaled : Math.min(LONGEST_SCALED_RETRY_MS, Math.max(SHORTEST_RETRY_MS, scaled));
  return elapsedMs + wait < Math.max(GIVE_UP_SCALED_MS, clock.wallMsOf(GIVE_UP_HUB_MS)) ? wait : undefined;
};

/** Sends until a 2xx, the same body with a new signature each time. */
export const createStripeSender = (clock: FakeClock): WebhookSender => createWebhookSender<Emitted, WebhookTarget>({
  named: ({ event }) => ({ eventId: event.id, type: event.type }),
  wants: ({ enabledEvents }, { event }) => enabledEvents.some((wanted) => wanted === '*' || wanted === event.type),
  letters: (emitted, target) => {
    const body = JSON.stringify(renderedFor(emitted, target.apiVersion), null, 2);
    return () => ({
      body,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'stripe-signature': signatureHeader(body, target.secrets),
      },
    });
  },
  retryInMs: (_target, attempt, elapsedMs) => retryInMs(clock, attempt, elapsedMs),
  note: ({ event }, _target, state) => {
    if (state === 'scheduled') event.pending_webhooks += 1;
    if (state === 'succeeded') event.pending_webhooks = Math.max(0, event.pending_webhooks - 1);
  },
  answerWithinMs: 10_000,
});
