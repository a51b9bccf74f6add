import { createHash, randomUUID } from 'node:crypto';
import { ulid } from 'ulid';
import type { Cases } from '../cases/index.js';
import type { Vault } from '../clients/index.js';
import type { VerifiedDelivery, Verdict, WebhookDelivery } from '../connector-kit/index.js';
import type { Logger } from '../observability/index.js';
import type { LeaseTerms, Scheduler } from '../scheduling/index.js';
import type { Storage } from '../storage/index.js';
import { deliveryLane, type DeliveryDocument } from './delivery.model.js';
import type { InboundConnection, InboundConnections } from './inbound-connections.js';
import { createDeliveryInserts } from './insert-deliveries.js';
import { sealDelivery } from './seal-delivery.js';
import { createTellCases } from './tell-cases.js';
import { createUnderstandDelivery } from './understand-delivery.js';
import { createWorkDelivery, parkPoison } from './work-delivery.js';

/** One request to a webhook address. */
export interface IncomingWebhook {
  readonly slug: string;
  readonly key: string;
  readonly topic?: string;
  readonly method: 'POST' | 'GET';
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** What the sender is told. `accepted` means stored on a majority; `unavailable` is our own fault: the sender shall come again. */
export type Receipt =
  | { readonly outcome: 'accepted' | 'duplicate'; readonly eventId: string; readonly connectionId: string }
  | { readonly outcome: 'handshake'; readonly contentType: string; readonly body: string }
  | { readonly outcome: 'unproven'; readonly message: string; readonly challenge?: string; readonly connectionId: string }
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'not_a_handshake' }
  | { readonly outcome: 'unavailable'; readonly message: string };

/** From the platforms' webhooks to signals. */
export interface WebhookIntake {
  /** Proves and stores a webhook; understanding follows by itself. Rejects when the database cannot be reached. */
  receive(incoming: IncomingWebhook): Promise<Receipt>;
  /** Makes an acknowledged delivery due again, whatever became of it. `eventId` is that of its acknowledgement. */
  replay(eventId: string): Promise<'accepted' | 'unknown'>;
  /** Waits for deliveries in hand; what comes afterwards is stored and left to others. */
  close(): Promise<void>;
}

/** What intake needs. */
export interface WebhookIntakeOptions extends LeaseTerms {
  readonly storage: Storage;
  readonly scheduler: Scheduler;
  readonly cases: Cases;
  readonly connections: InboundConnections;
  readonly vault: Vault;
  readonly logger: Logger;
  /** Whether this process works on deliveries itself; `elsewhere` stores them free for the workers. */
  readonly works: 'here' | 'elsewhere';
  /** Deliveries this process keeps in hand from their receipt on; what exceeds it is left to the lane. 64 when left out. */
  readonly inHand?: number;
}

const proofMs = 1500;
const storeMs = 5000;
const kept30Days = 30 * 86_400_000;
const longestId = 200;

const reasons: Readonly<Record<Extract<Verdict, { genuine: false }>['reason'], string>> = {
  missing_proof: 'The webhook carries no proof of who sent it. Check that signing or the credentials are set up on the platform.',
  wrong_proof: 'The proof of this webhook is wrong. Check that the secret of this connection is the one the platform uses.',
  too_old: 'The proof of this webhook is too old, or from the future. Check the clocks.',
};

const within = async <T>(ms: number, work: Promise<T>): Promise<T | 'late'> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => { timer = setTimeout(() => { resolve('late'); }, ms); });
  try {
    return await Promise.race([work, late]);
  } finally { clearTimeout(timer); }
};

/** Ids are kept short enough to be indexed. */
const idOf = (id: string): string => (id.length <= longestId ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`);

/** Intake over the connections of the hub. Defines the work of the `delivery` lanes on `scheduler`. */
export const createWebhookIntake = (options: WebhookIntakeOptions): WebhookIntake => {
  const { clock, scheduler, connections, logger, leaseMs } = options;
  const collection = options.storage.collection<DeliveryDocument>('deliveries');
  const inserts = createDeliveryInserts(collection);
  const tellCases = createTellCases({ cases: options.cases, clock, digest: (text) => options.vault.digest(text) });
  const understand = createUnderstandDelivery({ connections, tellCases, vault: options.vault, clock });
  const work = createWorkDelivery({ collection, understand, scheduler, vault: options.vault, clock, leaseMs, logger });
  const holder = `intake-${randomUUID()}`;
  const most = options.works === 'here' ? options.inHand ?? 64 : 0;
  const running = new Set<Promise<void>>();
  let inHand = 0;
  let closed = false;

  scheduler.define<DeliveryDocument>({
    kind: 'delivery',
    collection,
    run: (document) => work(document),
    park: (document) => parkPoison(document, { collection, clock, vault: options.vault, logger }),
  });

  const holdOf = (): Pick<DeliveryDocument, 'holder' | 'fence' | 'strikes'> & { nextAt: Date; leaseUntil?: Date } => {
    if (closed || inHand >= most) return { holder: null, fence: 0, strikes: 0, nextAt: clock.hubNow() };
    const leaseUntil = new Date(clock.wallNow().getTime() + leaseMs);
    return { holder, fence: 1, strikes: 1, leaseUntil, nextAt: clock.hubAt(leaseUntil) };
  };

  const documentOf = (connection: InboundConnection, verdict: Extract<Verdict, { genuine: true }>, delivery: WebhookDelivery): DeliveryDocument => {
    const id = ulid();
    const acceptedAt = clock.hubNow();
    return {
      _id: id,
      v: 1,
      clientId: connection.clientId,
      connectionId: connection.connectionId,
      platform: connection.platform,
      lane: deliveryLane(connection.connectionId),
      deliveryId: idOf(verdict.deliveryId),
      ...(verdict.alsoKnownAs === undefined ? {} : { alsoKnownAs: idOf(verdict.alsoKnownAs) }),
      state: 'received',
      deferrals: 0,
      receivedAt: delivery.receivedAt,
      acceptedAt,
      expiresAt: clock.wallAt(new Date(acceptedAt.getTime() + kept30Days)),
      bytes: delivery.body.byteLength,
      sealed: sealDelivery(id, delivery, options.vault),
      ...holdOf(),
    };
  };

  /** After the acknowledgement: the next turn of the event loop, so that the answer leaves first. */
  const begin = (document: DeliveryDocument, proven: VerifiedDelivery) => {
    const task = new Promise<void>((resolve) => { setImmediate(resolve); })
      .then(() => work(document, proven))
      .catch((error: unknown) => { logger.error({ deliveryId: document._id, err: error }, 'a delivery is left to its lease'); })
      .finally(() => { inHand -= 1; running.delete(task); });
    running.add(task);
  };

  const stored = async (document: DeliveryDocument, proven: VerifiedDelivery): Promise<'inserted' | 'duplicate'> => {
    const held = document.holder !== null;
    if (held) inHand += 1;
    const result = await inserts.insert(document).catch((error: unknown) => {
      if (held) inHand -= 1;
      throw error;
    });
    if (result === 'duplicate') {
      if (held) inHand -= 1;
    } else if (held) begin(document, proven);
    else scheduler.due(document.lane, clock.hubNow());
    return result;
  };

  /** The delivery that was there first, read with majority: what could still be rolled back is not confirmed. */
  const earlier = (document: DeliveryDocument) => collection.findOne({
    connectionId: document.connectionId,
    $or: [{ deliveryId: document.deliveryId }, ...(document.alsoKnownAs === undefined ? [] : [{ alsoKnownAs: document.alsoKnownAs }])],
  }, { projection: { _id: 1 } });

  const accept = async (connection: InboundConnection, verdict: Extract<Verdict, { genuine: true }>, delivery: WebhookDelivery, proven: VerifiedDelivery): Promise<Receipt> => {
    const document = documentOf(connection, verdict, delivery);
    const storing = stored(document, proven);
    const result = await within(storeMs, storing);
    if (result === 'late') {
      storing.catch(() => undefined);
      return { outcome: 'unavailable', message: 'The webhook could not be stored in time. Send it again.' };
    }
    const { connectionId } = connection;
    if (result === 'inserted') return { outcome: 'accepted', eventId: document._id, connectionId };
    const known = await earlier(document);
    return known ? { outcome: 'duplicate', eventId: known._id, connectionId } : { outcome: 'unavailable', message: 'The webhook is being stored. Send it again.' };
  };

  const judge = async (connection: InboundConnection, delivery: WebhookDelivery): Promise<Receipt> => {
    const answer = await connection.use.webhook.verify(delivery, { deadline: new Date(clock.wallNow().getTime() + proofMs) });
    const { connectionId } = connection;
    if (!answer.ok) {
      // the error of a proof step may quote the body
      logger.error({ connectionId, platform: connection.platform, code: answer.error.code }, 'a webhook could not be proved');
      return { outcome: 'unavailable', message: 'The webhook could not be checked. Send it again.' };
    }
    const verdict = answer.value;
    if (verdict.genuine === 'handshake') return { outcome: 'handshake', ...verdict.reply };
    if (!verdict.genuine) {
      return { outcome: 'unproven', message: reasons[verdict.reason], connectionId, ...(verdict.challenge === undefined ? {} : { challenge: verdict.challenge }) };
    }
    return delivery.method === 'GET' ? { outcome: 'not_a_handshake' } : accept(connection, verdict, delivery, verdict.delivery);
  };

  return {
    receive: async ({ slug, key, ...sent }) => {
      const found = await connections.byUrl(slug, key);
      if (found.status === 'unknown') return { outcome: 'unknown' };
      if (found.status === 'unavailable') {
        logger.error({ platform: slug, because: found.because }, 'webhooks of a connection cannot be taken');
        return { outcome: 'unavailable', message: 'Webhooks of this connection cannot be taken at the moment. Send it again.' };
      }
      return judge(found.connection, { ...sent, receivedAt: clock.wallNow() });
    },
    replay: async (eventId) => {
      const now = clock.hubNow();
      const after = await collection.findOneAndUpdate(
        { _id: eventId, holder: null }, { $set: { state: 'received', nextAt: now, acceptedAt: now, deferrals: 0 }, $unset: { reason: '', sealedDetail: '', finishedAt: '', waitsFor: '' } },
        { returnDocument: 'after' },
      );
      if (after) scheduler.due(after.lane, now);
      return after ? 'accepted' : 'unknown';
    },
    close: async () => {
      closed = true;
      await Promise.allSettled(running);
    },
  };
};
