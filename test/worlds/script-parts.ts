import type { Cases } from '../../core/cases/index.js';
import type { KillSwitch } from '../../core/clients/index.js';
import type { CaseDesk } from '../../core/recovery/index.js';
import type { Clock } from '../../core/scheduling/index.js';
import type { StripeFake } from '../../connectors/stripe-billing/fake-platform.js';
import type { FakeControl } from '../plugins/unprotected-gateway/fake-control.js';
import type { Hubs } from './hubs.js';
import type { ReceiverLog } from './receiver-log.js';
import type { Scenario } from './scenario.js';
import type { SimulatedTime } from './simulated-time.js';
import type { Trace } from './trace.js';

/** Something the world does at a wall time. */
export interface Deed { readonly at: number; readonly what: string; readonly run: () => void | Promise<void> }

/** What acts on the hubs of a world from outside. */
export interface Script {
  next(): number | undefined;
  runDue(): void;
  /** Deeds that have not ended. */
  underWay(): number;
  /** How often the world did something that may end a case anew, by the case. */
  reopened(): Promise<Readonly<Record<string, number>>>;
  /** An operator looks a case's charge up at the gateway and says what became of it. */
  resolve(caseId: string): Promise<void>;
  /** Unreadable deliveries that were taken, as the hub names them. */
  unreadable(): readonly string[];
  /** Invoices whose subscription the customer has ended: the platform stopped collecting them by itself. */
  endedByCustomer(): ReadonlySet<string>;
}

export interface ScriptParts {
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly time: SimulatedTime;
  readonly trace: Trace;
  readonly hubs: Hubs;
  readonly gateway: FakeControl;
  readonly stripe: StripeFake;
  readonly receiver: ReceiverLog;
  readonly cases: Cases;
  readonly operators: CaseDesk;
  readonly killSwitch: KillSwitch;
  readonly apiKey: string;
  readonly connectionId: string;
  /** Where the platform posts its webhooks, and what it signs them with. */
  readonly webhook: { readonly path: string; readonly secret: string };
  /** Gives the connection to the platform up. */
  readonly disconnect: () => Promise<void>;
}

/** What a deed may have ended anew: the case of a call or of an invoice. */
export type Subject = { readonly idempotencyKey: string } | { readonly invoice: () => string | undefined };
