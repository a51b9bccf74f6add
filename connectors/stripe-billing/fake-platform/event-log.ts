import { createEventStream, type EventStream, type FakeClock, type MintId } from '../../../core/connector-kit/testing/index.js';
import type { FakeAccount } from './account.js';
import { defaultPaymentOf, subscriptionOf } from './account.js';
import { refOf } from './ref.js';
import type { Switches } from './switches.js';

export const API_VERSION = '2026-10-28.endive';

/** Who caused a change: the request of an API client, or nobody but Stripe and the customer (both null). */
export interface Cause {
  readonly requestId: string | null;
  readonly idempotencyKey: string | null;
  readonly by: 'request' | 'stripe' | 'customer';
}

export interface FakeEvent {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: Readonly<Record<string, unknown>>; readonly previous_attributes?: Readonly<Record<string, unknown>> };
  readonly livemode: boolean;
  pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
}

export interface Emitted {
  readonly event: FakeEvent;
  /** What versions before basil embedded in an invoice. */
  readonly beforeBasil: Readonly<Record<string, unknown>> | null;
}

export interface EventLog extends Omit<EventStream<Emitted>, 'keep' | 'publish'> {
  emit(type: string, object: object, cause: Cause, previousAttributes?: Readonly<Record<string, unknown>>): void;
}

export interface EventLogOptions {
  readonly account: FakeAccount;
  readonly clock: FakeClock;
  readonly mintId: MintId;
  readonly switches: Switches;
  /** How often one change makes two Event objects, 0 to 1. */
  readonly twins: () => boolean;
}

const beforeBasilOf = (account: FakeAccount, object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | null => {
  const invoice = object['object'] === 'invoice' && typeof object['id'] === 'string' ? account.invoices.get(object['id']) : undefined;
  if (invoice === undefined) return null;
  const intent = defaultPaymentOf(account, invoice.id)?.intent;
  return {
    payment_intent: intent?.id ?? null,
    charge: refOf(intent?.latest_charge),
    subscription: subscriptionOf(account, invoice)?.id ?? null,
    paid: invoice.status === 'paid',
    paid_out_of_band: invoice.status === 'paid' && intent?.status !== 'succeeded',
  };
};

export const createEventLog = ({ account, clock, mintId, switches, twins }: EventLogOptions): EventLog => {
  const stream = createEventStream<Emitted>();
  const requestIdOf = (cause: Cause) => cause.requestId ?? (switches.ownActionsCarryRequestId && cause.by === 'stripe' ? mintId('req') : null);
  return {
    ...stream,
    // fact('event.request_names_key') fact('event.snapshot')
    emit: (type, object, cause, previousAttributes) => {
      if (stream.isQuiet()) return;
      const snapshot = structuredClone(object) as Record<string, unknown>;
      const event: FakeEvent = {
        id: mintId('evt'),
        object: 'event',
        api_version: API_VERSION,
        created: clock.hubSeconds(),
        data: { object: snapshot, ...(previousAttributes === undefined ? {} : { previous_attributes: previousAttributes }) },
        livemode: account.livemode,
        pending_webhooks: 0,
        request: { id: requestIdOf(cause), idempotency_key: cause.idempotencyKey },
        type,
      };
      const beforeBasil = beforeBasilOf(account, snapshot);
      stream.publish({ event, beforeBasil });
      // fact('event.twins')
      if (twins()) stream.publish({ event: { ...event, id: mintId('evt') }, beforeBasil });
    },
  };
};
