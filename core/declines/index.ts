/**
 * What gateways, issuers and card networks say about a refused payment, and what follows from it: the catalogue (data) and the reading of it.
 * Promises: the data is checked whole before the hub starts; classifying is pure and never throws; no signal makes another one's plan laxer.
 * Must not know: cases, cards' histories, schedules, clocks, connectors; no gateway is named outside the JSON files.
 */
export { DeclineCatalogueError, type CatalogueProblem } from './catalogue-error.js';
export type { Classification, DeclineSignals, MatchedSignal, SignalStep } from './classification.js';
export { classify } from './classify.js';
export { classifyOriginalCode } from './classify-original-code.js';
export { isBlockedSet } from './blocked-set.js';
export { stopOf, type LastingStop } from './stop-of.js';
export { declineFileNames, readDeclineFiles, type DeclineFileName, type DeclineFiles } from './decline-files.js';
export { loadDeclineCatalogue, type DeclineCatalogue } from './decline-catalogue.js';
export { declineMessage } from './decline-message.js';
export type { CodeTable } from './code-table.js';
export type { DeclineCategory, DeclineRow, NetworkLimitRow, ReasonRow, SystemRow } from './file-schemas.js';
export { firstStep, type FirstStep } from './first-step.js';
export { recommendedAction, recommendedActionReason, type RecommendedAction } from './recommended-action.js';
export type { PlannedRetry, RetryAdvice } from './retry-advice.js';
