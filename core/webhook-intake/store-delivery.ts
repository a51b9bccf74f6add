import type { Vault } from '../clients/index.js';
import type { Verdict } from '../connector-kit/index.js';
import type { Checkpoint, Logger } from '../observability/index.js';
import type { Clock } from '../scheduling/index.js';
import type { Collection } from '../storage/index.js';
import type { DeliveryDocument } from './delivery.model.js';
import type { DeliveriesInHand } from './in-hand.js';
import { NotStored, type DeliveryInserts } from './insert-deliveries.js';
import { newDelivery } from './new-delivery.js';
import type { Proven } from './understand-delivery.js';

/** How storing ended. `not_stored`: not known to be on a majority, the sender shall come again. */
export type Stored = { readonly status: 'accepted' | 'duplicate'; readonly eventId: string } | { readonly status: 'not_stored' };

const patienceMs = 5000;

const within = async <T>(ms: number, work: Promise<T>): Promise<T | 'late'> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => { timer = setTimeout(() => { resolve('late'); }, ms); });
  try {
    return await Promise.race([work, late]);
  } finally { clearTimeout(timer); }
};

/** Stores proven webhooks, each once, and has them begun. */
export const createStoreDelivery = (options: {
  readonly collection: Collection<DeliveryDocument>; readonly inserts: DeliveryInserts; readonly inHand: DeliveriesInHand;
  readonly vault: Pick<Vault, 'seal'>; readonly clock: Clock; readonly logger: Logger; readonly checkpoint: Checkpoint;
}) => {
  const { collection, inHand, logger } = options;

  const insert = async (document: DeliveryDocument, proven: Proven): Promise<'inserted' | 'duplicate' | 'not_stored'> => {
    try {
      const result = await options.inserts.insert(document);
      if (result === 'inserted') {
        await options.checkpoint('delivery stored', document._id);
        inHand.begin(document, proven);
      } else {
        inHand.drop(document);
      }
      return result;
    } catch (error) {
      inHand.drop(document);
      if (!(error instanceof NotStored)) throw error;
      logger.error({ connectionId: document.connectionId, err: error.cause }, 'a webhook could not be stored');
      return 'not_stored';
    }
  };

  /** The delivery that was there first, read with majority: what could still be rolled back is not confirmed. */
  const earlier = (document: DeliveryDocument) => collection.findOne({
    connectionId: document.connectionId,
    $or: [{ deliveryId: document.deliveryId }, ...(document.alsoKnownAs === undefined ? [] : [{ alsoKnownAs: document.alsoKnownAs }])],
  }, { projection: { _id: 1 } });

  return async (proven: Proven, verdict: Extract<Verdict, { genuine: true }>): Promise<Stored> => {
    const document = newDelivery({ ...proven, verdict, hold: inHand.take(), vault: options.vault, clock: options.clock });
    const result = await within(patienceMs, insert(document, proven));
    if (result === 'late' || result === 'not_stored') return { status: 'not_stored' };
    if (result === 'inserted') return { status: 'accepted', eventId: document._id };
    const known = await earlier(document);
    return known ? { status: 'duplicate', eventId: known._id } : { status: 'not_stored' };
  };
};
