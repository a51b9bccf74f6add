import type { FakeClock, FaultList, KeyMemory, Races } from '../../../core/connector-kit/testing/index.js';
import type { Dunning } from './dunning.js';
import type { EventLog } from './event-log.js';
import type { FaultName } from './faults.js';
import type { Ledger } from './ledger.js';
import type { Mint } from './mint.js';
import type { FakeSite } from './site.js';
import type { Switches } from './switches.js';
import type { EndpointRecord, WebhookSender } from './webhook-sender.js';

/** A private key of the site; `limited` stands for one that the documentation does not know and the SDK does: fact('request.invalid_permissions') */
export interface ApiKey {
  readonly key: string;
  readonly kind: 'private' | 'limited';
}

/** One request as the fake saw it, to prove what was written and what was not. */
export interface SeenRequest {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | null;
  readonly at: string;
}

/** One fake site with all that belongs to it; every part of the fake works on this. */
export interface FakePlatform {
  readonly site: FakeSite;
  readonly clock: FakeClock;
  readonly mint: Mint;
  readonly switches: Switches;
  readonly events: EventLog;
  readonly ledger: Ledger;
  readonly keyMemory: KeyMemory;
  readonly faults: FaultList<FaultName>;
  readonly races: Races;
  readonly dunning: Dunning;
  readonly sender: WebhookSender;
  readonly keys: Map<string, ApiKey>;
  readonly endpoints: Map<string, EndpointRecord>;
  readonly requests: SeenRequest[];
  /** How long a request that moves money is under way before it is applied, wall milliseconds. */
  processingMs: number;
}
