/**
 * scheduling: the two clocks, the bells (Agenda), the end of a process and the claiming of documents, over the storage beside it, that have something to do.
 * Promises that a due document is claimed by one holder at a time, within a minute even if its bell is lost.
 * Must not know what the work is: a bell carries a lane, the document is the truth.
 */
export { createClock, createManualClock, type Clock, type ManualClock } from './clock.js';
export { compareClocks, createClockWatch, describeSkew, type ClockVerdict, type ClockWatch } from './clock-watch.js';
export { drain, drainTimesOf, followed, type Followed } from './drain.js';
export { loadHubClock, readHubClock } from './hub-clock.js';
export { claimById, claimDue, claimStruck, type DueDocument, type Hold, type LeaseTerms } from './claim.js';
export { createScheduler, type LaneWork, type Scheduler } from './scheduler.js';
export { createAgendaBells, agendaIndexes, type Bells } from './bells.js';
