import type { FakeAccount } from './account.js';
import type { ApiKey } from './api-keys.js';
import type { EndpointRecord } from './endpoint-record.js';
import type { EventLog } from './event-log.js';
import type { FakeClock } from './fake-clock.js';
import type { FaultList } from './faults.js';
import type { IdempotencyStore } from './idempotency.js';
import type { MintId } from './ids.js';
import type { Ledger } from './ledger.js';
import type { Races } from './races.js';
import type { Random } from './random.js';
import type { SmartRetries } from './smart-retry.js';
import type { Switches } from './switches.js';
import type { WebhookSender } from './webhook-sender.js';

/** One fake Stripe account with all that belongs to it; every part of the fake works on this. */
export interface FakePlatform {
  readonly account: FakeAccount;
  readonly clock: FakeClock;
  readonly random: Random;
  readonly mintId: MintId;
  readonly switches: Switches;
  readonly events: EventLog;
  readonly ledger: Ledger;
  readonly idempotency: IdempotencyStore;
  readonly faults: FaultList;
  readonly sender: WebhookSender;
  readonly smartRetries: SmartRetries;
  readonly races: Races;
  readonly keys: Map<string, ApiKey>;
  readonly endpoints: Map<string, EndpointRecord>;
  /** How long a money request is under way before it is applied, wall milliseconds. */
  processingMs: number;
}
