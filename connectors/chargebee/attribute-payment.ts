import { PlatformError } from '../../core/connector-kit/index.js';
import { ask, type ChargebeeCall } from './platform-api.js';
import { eventShape, pageOf, transactionShape, type ChargebeeEvent, type Invoice, type Transaction } from './shapes.js';

/** Who made a payment: a request to the API, somebody else (Chargebee's dunning, the customer, a person in the console), or nothing tells. */
export type MadeBy = 'request' | 'other' | 'unknown';

/** A payment's events lie this close to its date. Seconds of Chargebee's own clock. */
const BEFORE_S = 120;
const AFTER_S = 3_600;

const TYPES = ['payment_succeeded', 'payment_failed', 'payment_initiated', 'transaction_created'] as const;

const MOST_PAGES = 5;

/**
 * Chargebee keeps no reference of ours on a payment it collects. But its events name their source, and a retry of its own stands among the
 * invoice's dunning attempts. One that was recorded as made elsewhere was charged by no one here.
 */
export const attribute = async (transaction: Transaction, invoice: Invoice, context: ChargebeeCall): Promise<MadeBy> => {
  if (invoice.dunning_attempts.some((attempt) => attempt.transaction_id === transaction.id)) return 'other';
  if (transaction.gateway === 'not_applicable' || !transaction.gateway) return 'other';
  if (transaction.initiator_type === 'customer') return 'other';
  const event = await firstEventOf(transaction, context);
  if (event !== undefined) return event.source === 'api' ? 'request' : 'other';
  // Chargebee may send no event for a declined request; that it is none of its own retries is then all there is, and enough: no money moved.
  return transaction.status === 'failure' && transaction.initiator_type === 'merchant' ? 'request' : 'unknown';
};

const firstEventOf = async (transaction: Transaction, context: ChargebeeCall): Promise<ChargebeeEvent | undefined> => {
  let offset: string | undefined;
  try {
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      // One operator for each filter: the SDK glues the names of two together.
      const params = {
        event_type: { in: [...TYPES] },
        occurred_at: { after: transaction.date - BEFORE_S },
        sort_by: { asc: 'occurred_at' },
        limit: 100,
        ...(offset === undefined ? {} : { offset }),
      };
      const page = await ask(context, pageOf('event', eventShape), (session) => session.event.list(params as object));
      const found = page.list.find((event) => transactionShape.safeParse(event.content['transaction']).data?.id === transaction.id);
      if (found !== undefined) return found;
      offset = page.next_offset ?? undefined;
      if (offset === undefined || (page.list.at(-1)?.occurred_at ?? 0) > transaction.date + AFTER_S) return undefined;
    }
  } catch (thrown) {
    // A key that may not read events can still read invoices: the payment is then nobody's that we could name.
    if (thrown instanceof PlatformError && thrown.code === 'missing_permission') return undefined;
    throw thrown;
  }
  return undefined;
};
