/**
 * recovery: decides about a case in hand and does what was decided: asks, relays, reads, charges, settles, hands back.
 * Promises one order of steps, in `case-steps/next-step.ts`; that nothing is charged unread or unwritten, and no approval is lost.
 * Must not know any platform by name, nor HTTP: plugins come guarded from the registry, calls come from the API as values.
 */
export { caseLaneWork, createRecovery } from './create-recovery.js';
export { connectionLaneWork, type ConnectionPorts } from './connection-work.js';
export { countOwed, type OwedByConnection } from './count-owed.js';
export { findStuckCases, type StuckCases } from './stuck-cases.js';
export { createCaseDesk, type CaseDesk, type CommandEnd, type ListedCase, type OperatorCommand, type Released } from './case-desk.js';
export type { RecoveryPorts } from './ports.js';
export type { CancelResult, CaseSelector, ExecuteRequest, ExecuteResult, Recovery } from './recovery.js';
export type { Because, Decision, PastAttempt, RecoveryEngine, Rule, Snapshot, Strategy } from './engine.js';
export { standardEngine, standardRules } from './standard-engine/index.js';
export { nextStep } from './case-steps/next-step.js';
export { afterWrite, beginHold, isDoneWhenLost, isDurable, lastWords, learnt, type AfterWrite, type Hold, type WriteAnswer } from './case-steps/hold.js';
export { learnFrom, type AnswerTo, type Call } from './case-steps/learn.js';
export type { CaseFacts, Effect, Knowledge, Tools } from './case-steps/effects.js';
export { runCase, type HoldEnd } from './run-case.js';
