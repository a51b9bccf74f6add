import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, type Random } from './random.js';

/** Where webhooks go, with the accidents that befall them on their way. */
export interface WebhookTarget {
  readonly endpointId: string;
  url: string;
  enabled: boolean;
  /** Sent only when a test says so, one by one; default no. */
  readonly held?: boolean;
  /** Seed of this endpoint's accidents. */
  readonly seed: number;
  /** How often an event is delivered twice, 0 to 1. */
  readonly duplicates: number;
  /** How often an event is overtaken by the next, 0 to 1. */
  readonly disorder: number;
}

/** One try to deliver an event. */
export interface Delivery {
  readonly eventId: string;
  readonly type: string;
  readonly endpointId: string;
  /** From 1. */
  readonly attempt: number;
  /** ISO 8601, by the wall. */
  readonly sentAt: string;
  /** Status of the receiver's answer; null when there was none. */
  readonly status: number | null;
}

/** What one try carries. */
export interface Letter {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Where a delivery stands. `re_scheduled`: it failed and comes again. */
export type DeliveryState = 'scheduled' | 'succeeded' | 're_scheduled' | 'failed';

/** How a platform sends its webhooks. */
export interface WebhookStyle<Event, Target extends WebhookTarget> {
  /** The id and type that deliveries are listed under. */
  named(event: Event): Pick<Delivery, 'eventId' | 'type'>;
  /** Whether the endpoint has subscribed to it. */
  wants(target: Target, event: Event): boolean;
  /** Called once for an event and an endpoint; what it returns is called for each try, to sign anew. */
  letters(event: Event, target: Target): () => Letter;
  /**
   * @param attempt - The try that failed, from 1.
   * @param elapsedMs - Wall time since just before the first.
   * @returns Wall milliseconds until the next try; undefined: there is none.
   */
  retryInMs(target: Target, attempt: number, elapsedMs: number): number | undefined;
  /** Told each time a delivery changes its state. */
  note?(event: Event, target: Target, state: DeliveryState): void;
  /** Wall time after which a receiver that is silent has failed. */
  readonly answerWithinMs: number;
}

/** Sends what the account tells to its endpoints, each endpoint on its own. */
export interface WebhookSender<Event, Target extends WebhookTarget> {
  register(target: Target): void;
  unregister(endpointId: string): void;
  targets(): readonly Target[];
  send(event: Event): void;
  /** One delivery now to all who want it, held or not; resolves when it was answered or failed, without retries. */
  deliverOnce(event: Event): Promise<readonly Delivery[]>;
  deliveries(): readonly Delivery[];
  /** Resolves when nothing is held back, queued or waiting for a retry. */
  idle(): Promise<void>;
  close(): void;
}

const HELD_BACK_AT_MOST_MS = 400;

/** What is on its way to one endpoint. */
interface Lane<Target> {
  readonly target: Target;
  readonly random: Random;
  /** Lets go of the event that is being overtaken. */
  overtaken: (() => void) | null;
  queue: Promise<void>;
}

const isAccepted = ({ status }: Delivery): boolean => status !== null && status >= 200 && status < 300;

const statusOf = (url: string, { headers, body }: Letter, signal: AbortSignal): Promise<number | null> =>
  fetch(url, { method: 'POST', headers: { ...headers }, body, redirect: 'manual', signal }).then(
    async (response) => {
      await response.arrayBuffer().catch(() => undefined);
      return response.status;
    },
    () => null,
  );

/** A sender without endpoints. Only its seeded accidents change the order of events. */
export const createWebhookSender = <Event, Target extends WebhookTarget>(style: WebhookStyle<Event, Target>): WebhookSender<Event, Target> => {
  const lanes = new Map<string, Lane<Target>>();
  const log: Delivery[] = [];
  const stopped = new AbortController();
  let busy = 0;

  const wants = (target: Target, event: Event): boolean => target.enabled && style.wants(target, event);

  const post = async (target: Target, event: Event, letter: Letter, attempt: number): Promise<Delivery> => {
    const sentAt = new Date().toISOString();
    const status = await statusOf(target.url, letter, AbortSignal.any([stopped.signal, AbortSignal.timeout(style.answerWithinMs)]));
    const delivery = { ...style.named(event), endpointId: target.endpointId, attempt, sentAt, status };
    log.push(delivery);
    return delivery;
  };

  const deliver = async (target: Target, event: Event, letter: () => Letter, onFirstAttempt: () => void): Promise<void> => {
    busy += 1;
    const startedAt = Date.now();
    try {
      for (let attempt = 1; target.enabled; attempt += 1) {
        const accepted = isAccepted(await post(target, event, letter(), attempt));
        onFirstAttempt();
        const wait = accepted ? undefined : style.retryInMs(target, attempt, Date.now() - startedAt);
        style.note?.(event, target, accepted ? 'succeeded' : wait === undefined ? 'failed' : 're_scheduled');
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

  const enqueue = (lane: Lane<Target>, event: Event, letter: () => Letter): void => {
    busy += 1;
    // The next event waits for the first attempt of this one, so that only the seeded accidents change the order.
    lane.queue = lane.queue.then(() => new Promise<void>((resolve) => {
      busy -= 1;
      void deliver(lane.target, event, letter, resolve);
    }));
  };

  const letOvertake = (lane: Lane<Target>, go: () => void): void => {
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
    setTimeout(release, HELD_BACK_AT_MOST_MS).unref();
  };

  const sendTo = (lane: Lane<Target>, event: Event): void => {
    const { target, random } = lane;
    if (!wants(target, event)) return;
    style.note?.(event, target, 'scheduled');
    if (target.held === true) return;
    const letter = style.letters(event, target);
    const twice = random() < target.duplicates;
    const late = random() < target.disorder;
    const go = (): void => {
      enqueue(lane, event, letter);
      if (twice) enqueue(lane, event, letter);
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
    register: (target) => void lanes.set(target.endpointId, { target, random: createRandom(target.seed), overtaken: null, queue: Promise.resolve() }),
    unregister: (endpointId) => {
      const lane = lanes.get(endpointId);
      if (lane !== undefined) lane.target.enabled = false;
      lanes.delete(endpointId);
    },
    targets: () => [...lanes.values()].map(({ target }) => target),
    send: (event) => {
      for (const lane of lanes.values()) sendTo(lane, event);
    },
    deliverOnce: async (event) => {
      const wanting = [...lanes.values()].filter(({ target }) => wants(target, event));
      return Promise.all(wanting.map(async ({ target }) => {
        const delivery = await post(target, event, style.letters(event, target)(), 1);
        style.note?.(event, target, isAccepted(delivery) ? 'succeeded' : 'failed');
        return delivery;
      }));
    },
    deliveries: () => log,
    idle: async () => {
      const isBusy = (): boolean => busy > 0;
      while (isBusy()) await sleep(5);
    },
    close: () => {
      for (const { target } of lanes.values()) target.enabled = false;
      stopped.abort();
    },
  };
};
