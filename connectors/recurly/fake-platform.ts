/**
 * A stateful Recurly site on loopback, for tests and the demo: real wire format, idempotency store, own dunning clock, webhook sender, ledger.
 * Promises what `facts.ts` lists, each with its source, and nothing else.
 * Must not know the connector, the hub or its contract: it is judged against recorded bodies and the published schemas only.
 */
export { startRecurlyFake, type RecurlyFake, type RecurlyFakeOptions } from './fake-platform/recurly-fake.js';
export type { World } from './fake-platform/world.js';
export type { Billed } from './fake-platform/bill.js';
export type { Delivery, Instant } from '../../core/connector-kit/testing/index.js';
export type { Debt, LedgerReport, MoneyRequest, Success } from './fake-platform/ledger.js';
export type { Fault, FaultAction } from './fake-platform/faults.js';
export type { ApiKey, SeenRequest } from './fake-platform/platform.js';
export type { ChargeResult, SiteMode } from './fake-platform/site.js';
export type { FakeEvent } from './fake-platform/event-log.js';
export type { Switches } from './fake-platform/switches.js';
