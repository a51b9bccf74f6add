import { createEventStream, type EventStream, type FakeClock, type MintId } from '../../../core/connector-kit/testing/index.js';

export type EventSource = 'api' | 'scheduled_job' | 'admin_console' | 'portal' | 'hosted_page' | 'system';

/** Who caused a change. `user` names the API key; `mute` stands for the header that switches webhooks off for one call. */
export interface Cause {
  readonly source: EventSource;
  readonly user: string | null;
  readonly idempotencyKey: string | null;
  readonly requestId: string | null;
  readonly mute: 'webhooks' | null;
}

export const causeOf = (source: EventSource): Cause => ({ source, user: null, idempotencyKey: null, requestId: null, mute: null });
export const BY_DUNNING = causeOf('scheduled_job');
export const BY_CUSTOMER = causeOf('portal');
export const BY_MERCHANT = causeOf('admin_console');

export type WebhookStatus = 'not_configured' | 'scheduled' | 'succeeded' | 're_scheduled' | 'failed' | 'skipped';

/** Keyed by resource; rendered per catalog and API version. */
export type Content = Readonly<Record<string, object | null | undefined>>;

export interface FakeEvent {
  readonly id: string;
  readonly occurred_at: number;
  readonly source: EventSource;
  readonly user?: string;
  readonly object: 'event';
  readonly api_version: 'v2';
  readonly content: Readonly<Record<string, object>>;
  readonly event_type: string;
  webhook_status: WebhookStatus;
  readonly webhooks: { readonly id: string; webhook_status: WebhookStatus }[];
}

export interface EventLog extends Omit<EventStream<FakeEvent>, 'keep' | 'publish'> {
  emit(type: string, content: Content, cause: Cause): void;
}

/** fact('event.snapshot') */
const snapshotOf = (content: Content): Record<string, object> =>
  Object.fromEntries(Object.entries(content).flatMap(([name, resource]) => (resource === null || resource === undefined ? [] : [[name, structuredClone(resource)]])));

export const createEventLog = (clock: FakeClock, mintId: MintId): EventLog => {
  const stream = createEventStream<FakeEvent>();
  return {
    ...stream,
    // fact('event.envelope')
    emit: (type, content, cause) => {
      if (stream.isQuiet()) return;
      const event: FakeEvent = {
        id: mintId('ev'),
        occurred_at: clock.hubSeconds(),
        source: cause.source,
        ...(cause.user === null ? {} : { user: cause.user }),
        object: 'event',
        api_version: 'v2',
        content: snapshotOf(content),
        event_type: type,
        webhook_status: cause.mute === null ? 'not_configured' : 'skipped',
        webhooks: [],
      };
      // fact('event.mute_header')
      if (cause.mute === null) stream.publish(event);
      else stream.keep(event);
    },
  };
};
