import type { FakeAccount } from './account.js';
import { defaultPaymentOf, subscriptionOf } from './account.js';
import type { FakeClock } from './fake-clock.js';
import type { MintId } from './ids.js';
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

export interface EventLog {
  /** Oldest first. */
  readonly all: readonly Emitted[];
  emit(type: string, object: object, cause: Cause, previousAttributes?: Readonly<Record<string, unknown>>): void;
  /** Runs without telling anyone: for what lies before the story begins. */
  quietly(act: () => void): void;
  onEvent(listener: (emitted: Emitted) => void): void;
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
  const all: Emitted[] = [];
  const listeners: ((emitted: Emitted) => void)[] = [];
  let quiet = false;
  const publish = (emitted: Emitted): void => {
    all.push(emitted);
    for (const listener of listeners) listener(emitted);
  };
  const requestIdOf = (cause: Cause) => cause.requestId ?? (switches.ownActionsCarryRequestId && cause.by === 'stripe' ? mintId('req') : null);
  return {
    all,
    onEvent: (listener) => void listeners.push(listener),
    quietly: (act) => {
      quiet = true;
      try {
        act();
      } finally {
        quiet = false;
      }
    },
    // fact('event.request_names_key') fact('event.snapshot')
    emit: (type, object, cause, previousAttributes) => {
      if (quiet) return;
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
      publish({ event, beforeBasil });
      // fact('event.twins')
      if (twins()) publish({ event: { ...event, id: mintId('evt') }, beforeBasil });
    },
  };
};
