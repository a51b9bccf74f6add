import type { FakeParts, MintId, SeenRequest } from '../../../core/connector-kit/testing/index.js';
import type { Dunning } from './dunning.js';
import type { EventLog } from './event-log.js';
import type { FaultName } from './faults.js';
import type { Ledger } from './ledger.js';
import type { FakeSite } from './site.js';
import type { Switches } from './switches.js';
import type { EndpointRecord, WebhookSender } from './webhook-sender.js';

/** A key of the site: fact('request.key_kinds') */
export interface ApiKey {
  readonly key: string;
  readonly name: string;
  readonly kind: 'full_access' | 'read_only' | 'read_only_without_transactions' | 'publishable';
}

/** One fake site with all that belongs to it; every part of the fake works on this. */
export interface FakePlatform extends FakeParts<Switches, FaultName> {
  readonly site: FakeSite;
  readonly mintId: MintId;
  readonly events: EventLog;
  readonly ledger: Ledger;
  readonly dunning: Dunning;
  readonly sender: WebhookSender;
  readonly keys: Map<string, ApiKey>;
  readonly endpoints: Map<string, EndpointRecord>;
  readonly requests: SeenRequest[];
}
