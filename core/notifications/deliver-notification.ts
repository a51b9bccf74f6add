import { judgeTarget, type TargetReach } from '../clients/index.js';
import type { HubEnvironment } from '../configuration/index.js';
import type { Logger } from '../observability/index.js';
import type { Clock } from '../scheduling/index.js';
import type { Collection, UpdateFilter, WithId } from '../storage/index.js';
import type { Dispatcher } from 'undici';
import { nextTry } from './next-try.js';
import { bodyContext, type DeliveryTry, type NotificationDocument } from './notification.model.js';
import { postOnce, type PostResult } from './post-once.js';
import { signDelivery } from './sign-delivery.js';

/** Where a client's events go. */
export interface WebhookTarget {
  readonly url: string;
  /** Whole signing secrets, the current one first, an older one still valid after it. */
  readonly secrets: readonly string[];
  /** Whether three failed tries are followed by later ones. */
  readonly durableRetry: boolean;
  readonly environment: HubEnvironment;
}

/** Looks up where to send to. Undefined: the client takes no webhooks. */
export interface Recipients {
  webhookTarget(clientId: string): Promise<WebhookTarget | undefined>;
}

/** Opens event bodies. */
export interface BodyOpener {
  open(sealed: string, context: string): string;
}

/** What one delivery needs. */
export interface DeliveryMeans {
  readonly collection: Collection<NotificationDocument>;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly vault: BodyOpener;
  readonly recipients: Recipients;
  readonly dispatcherFor: (reach: TargetReach) => Dispatcher;
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** Wakes the lane at a hub time. */
  readonly wake: (clientId: string, at: Date) => void;
}

const largestBody = 100 * 1024;
/** Of a notification's tries the newest so many are kept. */
export const keptTries = 50;
const longestOwnWaitMs = 120_000;

type Claimed = WithId<NotificationDocument>;
type Change = { readonly state: 'due'; readonly nextAt: Date } | { readonly state: 'delivered' | 'dead' | 'withheld' };

/** What a log line about a notification carries. */
export const idsOf = ({ _id: notificationId, clientId, caseId }: Claimed) => ({ notificationId, clientId, caseId });

const underFence = ({ _id, fence, holder }: Claimed) => ({ _id, fence, holder });

/** Puts a claimed notification down; matches nothing when another has claimed it since. */
export const release = async (
  means: Pick<DeliveryMeans, 'collection' | 'wake'>, document: Claimed, change: Change, more: UpdateFilter<NotificationDocument> = {},
): Promise<'written' | 'fence_lost'> => {
  const ended = change.state !== 'due';
  const result = await means.collection.updateOne(underFence(document), {
    ...more,
    $set: { holder: null, strikes: 0, state: change.state, ...(ended ? {} : { nextAt: change.nextAt }), ...more.$set },
    $unset: { leaseUntil: '', ...(ended ? { nextAt: '', lane: '', held: '' } : {}), ...more.$unset },
  });
  if (result.matchedCount === 0) return 'fence_lost';
  if (change.state === 'due') means.wake(document.clientId, change.nextAt);
  return 'written';
};

const keepLease = (means: DeliveryMeans, document: Claimed): (() => void) => {
  const renew = async () => {
    const leaseUntil = new Date(means.clock.wallNow().getTime() + means.leaseMs);
    await means.collection.updateOne(underFence(document), { $set: { leaseUntil, nextAt: means.clock.hubAt(leaseUntil) } });
  };
  const timer = setInterval(() => {
    renew().catch((error: unknown) => { means.logger.warn({ ...idsOf(document), err: error }, 'notification lease not renewed'); });
  }, means.leaseMs / 3);
  return () => { clearInterval(timer); };
};

const tryOnce = async (means: DeliveryMeans, document: Claimed, target: WebhookTarget): Promise<Omit<DeliveryTry, 'at'>> => {
  const { _id: id } = document;
  const body = means.vault.open(document.body, bodyContext(id));
  const unsent: Omit<DeliveryTry, 'at'> = { status: null, durationMs: 0, answer: '', failure: null, code: null };
  if (Buffer.byteLength(body) > largestBody) return { ...unsent, failure: 'too_large' };
  const verdict = judgeTarget(target.url, target.environment);
  if (!verdict.allowed) return { ...unsent, failure: 'refused_target', code: verdict.reason };
  const headers = signDelivery({ id, body, sentAt: means.clock.wallNow(), secrets: target.secrets });
  const dispatcher = means.dispatcherFor(verdict.reach);
  const result: PostResult = await postOnce({ url: target.url, headers, body, dispatcher, timeoutMs: means.timeoutMs });
  return result;
};

const afterTry = (means: DeliveryMeans, document: Claimed, target: WebhookTarget, result: Omit<DeliveryTry, 'at'>): Change => {
  if (result.failure === null) return { state: 'delivered' };
  if (result.failure === 'too_large') return { state: 'dead' };
  const nextAt = nextTry(document.triesInRound + 1, target.durableRetry ? 'durable' : 'fast', means.clock);
  return nextAt ? { state: 'due', nextAt } : { state: 'dead' };
};

const attempt = async (means: DeliveryMeans, document: Claimed): Promise<void> => {
  const target = await means.recipients.webhookTarget(document.clientId);
  if (!target) {
    await release(means, document, { state: 'withheld' });
    means.logger.warn(idsOf(document), 'notification withheld: the client has no webhook target');
    return;
  }
  const at = means.clock.hubNow();
  const result = await tryOnce(means, document, target);
  const change = afterTry(means, document, target, result);
  const written = await release(means, document, change, {
    $set: { ownFaults: 0 }, $unset: { held: '' }, $inc: { triesInRound: 1 }, $push: { tries: { $each: [{ at, ...result }], $slice: -keptTries } },
  });
  const line = { ...idsOf(document), event: document.event, try: document.triesInRound + 1, status: result.status, failure: result.failure, code: result.code, durationMs: result.durationMs };
  if (written === 'fence_lost') means.logger.warn(line, 'notification tried, but another process holds it now');
  else if (change.state === 'dead') means.logger.error({ ...line, alert: 'notification_dead' }, 'notification dead: every try failed; replay it when the endpoint answers');
  else means.logger.info(line, change.state === 'delivered' ? 'notification delivered' : 'notification try failed');
};

/**
 * Makes one try of a claimed notification and puts it down: delivered, due again, dead, or withheld. What goes wrong on our side
 * (look-up, opening, no secret) uses up none of the tries: it comes again after 1 s doubling to 2 min.
 */
export const deliverNotification = async (means: DeliveryMeans, document: Claimed): Promise<void> => {
  const stopRenewing = keepLease(means, document);
  try {
    await attempt(means, document);
  } catch (error) {
    means.logger.error({ ...idsOf(document), err: error }, 'notification could not be tried');
    const waitMs = Math.min(1000 * 2 ** document.ownFaults, longestOwnWaitMs);
    const nextAt = means.clock.hubAt(new Date(means.clock.wallNow().getTime() + waitMs));
    await release(means, document, { state: 'due', nextAt }, { $inc: { ownFaults: 1 } });
  } finally {
    stopRenewing();
  }
};
