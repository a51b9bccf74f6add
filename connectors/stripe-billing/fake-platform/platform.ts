import type { FakeParts, MintId } from '../../../core/connector-kit/testing/index.js';
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
export interface FakePlatform extends FakeParts<Switches, FaultName> {
  readonly account: FakeAccount;
  readonly mintId: MintId;
  readonly events: EventLog;
  readonly ledger: Ledger;
  readonly sender: WebhookSender;
  readonly smartRetries: SmartRetries;
  readonly keys: Map<string, ApiKey>;
  readonly endpoints: Map<string, EndpointRecord>;
}
