import type { Cases } from '../cases/index.js';
import type { Vault } from '../clients/index.js';
import type { Verdict, WebhookDelivery } from '../connector-kit/index.js';
import type { Checkpoint, Logger } from '../observability/index.js';
import type { LeaseTerms, Scheduler } from '../scheduling/index.js';
import type { Storage } from '../storage/index.js';
import type { DeliveryDocument } from './delivery.model.js';
import { createDeliveryDesk } from './delivery-desk.js';
import { createDeliveriesInHand } from './in-hand.js';
import type { InboundConnection, InboundConnections } from './inbound-connections.js';
import { createDeliveryInserts } from './insert-deliveries.js';
import { createOutages } from './outages.js';
import { createStoreDelivery } from './store-delivery.js';
import { createTellCases } from './tell-cases.js';
import { createUnderstandDelivery, type Proven } from './understand-delivery.js';
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
  readonly checkpoint?: Checkpoint;
}

const proofMs = 1500;
const inHandByDefault = 64;

const reasons: Readonly<Record<Extract<Verdict, { genuine: false }>['reason'], string>> = {
  missing_proof: 'The webhook carries no proof of who sent it. Check that signing or the credentials are set up on the platform.',
  wrong_proof: 'The proof of this webhook is wrong. Check that the secret of this connection is the one the platform uses.',
  too_old: 'The proof of this webhook is too old, or from the future. Check the clocks.',
};

/** Intake over the connections of the hub. Defines the work of the `delivery` lanes on `scheduler`. */
export const createWebhookIntake = (options: WebhookIntakeOptions): WebhookIntake => {
  const { clock, scheduler, connections, logger, leaseMs } = options;
  const collection = options.storage.collection<DeliveryDocument>('deliveries');
  const checkpoint = options.checkpoint ?? (() => undefined);
  const tellCases = createTellCases({ cases: options.cases, clock, digest: (text) => options.vault.digest(text) });
  const outages = createOutages({
    clock,
    told: (lane, state) => {
      if (state === 'away') logger.warn({ lane, alert: 'platform_away' }, 'a platform does not answer; its deliveries wait, and one at a time looks whether it is back');
      else logger.info({ lane }, 'a platform answers again');
    },
  });
  const understand = createUnderstandDelivery({ connections, tellCases, vault: options.vault, clock, outages });
  const work = createWorkDelivery({ collection, understand, scheduler, vault: options.vault, clock, leaseMs, logger, checkpoint, outages });
  const most = options.works === 'here' ? options.inHand ?? inHandByDefault : 0;
  const inHand = createDeliveriesInHand({ most, work, scheduler, clock, leaseMs, logger, ...(options.claims ? { claims: options.claims } : {}) });
  const desk = createDeliveryDesk({ storage: options.storage, scheduler, vault: options.vault, clock });
  const store = createStoreDelivery({ collection, inserts: createDeliveryInserts(collection), inHand, vault: options.vault, clock, logger, checkpoint });

  scheduler.define<DeliveryDocument>({
    kind: 'delivery',
    collection,
    run: (document) => work(document),
    park: (document) => parkPoison(document, { collection, clock, vault: options.vault, logger }),
  });

  const accept = async (proven: Proven, verdict: Extract<Verdict, { genuine: true }>): Promise<Receipt> => {
    const result = await store(proven, verdict);
    if (result.status === 'not_stored') return { outcome: 'unavailable', message: 'The webhook could not be stored. Send it again.' };
    return { outcome: result.status, eventId: result.eventId, connectionId: proven.connection.connectionId };
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
    return delivery.method === 'GET' ? { outcome: 'not_a_handshake' } : accept({ connection, delivery: verdict.delivery }, verdict);
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
    replay: async (eventId) => ((await desk.replay(eventId)) === 'accepted' ? 'accepted' : 'unknown'),
    close: () => inHand.close(),
  };
};
