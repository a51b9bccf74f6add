/**
 * A stateful Stripe on loopback, for tests and the demo: one account that speaks Stripe's wire format, keeps an idempotency store, signs webhooks and
 * keeps its own ledger of every request to move money. Promises what `facts.ts` lists, each with its source, and nothing else.
 * Must not know the connector, the hub or its contract: it is judged against recorded bodies and the published schema only.
 */
export { startStripeFake, type StripeFake, type StripeFakeOptions } from './fake-platform/stripe-fake.js';
export type { World } from './fake-platform/world.js';
export type { BilledElsewhere } from './fake-platform/bill-elsewhere.js';
export type { Billed } from './fake-platform/bill.js';
export type { Delivery, Instant } from '../../core/connector-kit/testing/index.js';
export type { Debt, LedgerReport, MoneyCall, MoneyRequest, Success } from './fake-platform/ledger.js';
export type { Fault, FaultAction } from './fake-platform/faults.js';
export type { ApiKey } from './fake-platform/api-keys.js';
export type { ChargeResult } from './fake-platform/declines.js';
export type { FakeEvent } from './fake-platform/event-log.js';
export type { Switches } from './fake-platform/switches.js';
