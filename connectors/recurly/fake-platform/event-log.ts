import { createEventStream, type EventStream, type FakeClock } from '../../../core/connector-kit/testing/index.js';
import type { Happening } from './happening.js';
import type { Mint } from './mint.js';
import { notificationOf } from './notification-json.js';
import { notificationXml } from './notification-xml.js';
import type { FakeSite } from './site.js';
import type { Switches } from './switches.js';

/** One event, as both kinds of endpoint get it. */
export interface FakeEvent {
  readonly id: string;
  /** `<object_type>.<event_type>` */
  readonly type: string;
  readonly body: Readonly<Record<string, string | number>>;
  readonly xml: string;
}

export interface EventLog extends Omit<EventStream<FakeEvent>, 'keep' | 'publish'> {
  emit(happening: Happening): void;
}

/** fact('notification.snapshot') */
export const createEventLog = (clock: FakeClock, mint: Mint, site: FakeSite, switches: Switches): EventLog => {
  const stream = createEventStream<FakeEvent>();
  return {
    ...stream,
    emit: (happening) => {
      if (stream.isQuiet()) return;
      const id = mint.id();
      stream.publish({
        id,
        type: `${happening.object}.${happening.event}`,
        body: notificationOf(happening, { id, site, switches, at: clock.hubNow() }),
        xml: notificationXml(happening, site, switches),
      });
    },
  };
};
