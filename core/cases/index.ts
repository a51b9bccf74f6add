/**
 * cases: the document of one debt we work on, and every write that may change it.
 * Promises that one holder at a time moves a case, that each write is repeatable, and that what a transition owes is in the same write.
 * Must not know connectors, gateways or the engine: writes are described here as values and decided elsewhere.
 */
export type {
  Attempt, AttemptOutcome, CaseDocument, CaseStatus, Command, CommandAnswer, DueTimes, Ended, OutboxEntry, Plan, PutOff, RawDeclineSeen, Refund, Refusal, SealedToken, Settlement, SettlementReversal, Signal, SignalEvent, StrategyUsed, TakeOver, TriedCard,
} from './case.model.js';
export { caseIndexes } from './case-indexes.js';
export { NewerCaseFormat } from './newer-case-format.js';
export { createCases, type Cases, type OpenResult } from './case-store.js';
export { WriteNotKnown, type Written } from './write-together.js';
export { newConnectorCase, newDirectCase, openKeysOf, openKeysOfConnectorCase, openKeysOfDirectCase } from './new-case.js';
export { viewCase, type CaseView } from './case-view.js';
export { amountOf, isCounted } from './amount-of.js';
export { isLegal, isOpen } from './transitions.js';
export * as writes from './writes.js';
export * as settlementWrites from './settlement-writes.js';
export * as takeOverWrites from './take-over-writes.js';
export * as refundWrites from './refund-writes.js';
export * as commandWrites from './command-writes.js';
export type { CaseWrite } from './case-write.js';
