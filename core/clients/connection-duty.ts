import type { DueDocument } from '../scheduling/index.js';
import type { ConnectionMode, ConnectionState } from './records.js';

/** A connection that is being given up, or charges no more, until its cases have heard of it and owe its platform nothing. */
export interface ConnectionDuty extends DueDocument {
  readonly v: 1;
  readonly clientId: string;
  readonly state: ConnectionState;
  readonly mode: ConnectionMode;
  readonly revision: number;
}

/** Makes a connection due at once. A hold of it that goes on under an older fence finds nothing. */
export const dueNow = (connectionId: string) => ({
  $set: { lane: `connection/${connectionId}`, nextAt: new Date(0), holder: null, strikes: 0 }, $inc: { fence: 1 },
});
