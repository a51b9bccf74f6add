import type { FakeClock, FaultList, KeyMemory, MintId, Races } from '../../../core/connector-kit/testing/index.js';
import type { FakeAccount } from './account.js';
import type { ApiKey } from './api-keys.js';
import type { EndpointRecord } from './endpoint-record.js';
import type { EventLog } from './event-log.js';
import type { FaultName } from './faults.js';
import type { Ledger } from './ledger.js';
import type { SmartRetries } from './smart-retry.js';
import type { Switches } from './switches.js';
import type { WebhookSender } from './webhook-sender.js';

/** One fake Stripe account with all that belongs to it; every part of the fake works on this. */
export interface FakePlatform {
  readonly account: FakeAccount;
  readonly clock: FakeClock;
  readonly mintId: MintId;
  readonly switches: Switches;
  readonly events: EventLog;
  readonly ledger: Ledger;
  readonly keyMemory: KeyMemory;
  readonly faults: FaultList<FaultName>;
  readonly sender: WebhookSender;
  readonly smartRetries: SmartRetries;
  readonly races: Races;
  readonly keys: Map<string, ApiKey>;
  readonly endpoints: Map<string, EndpointRecord>;
  /** How long a money request is under way before it is applied, wall milliseconds. */
  processingMs: number;
}
