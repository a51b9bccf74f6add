/** The places where a process may die: of a delivery, and of a case. */
export type CheckpointName =
  | 'delivery stored' | 'acknowledged' | 'signalled'
  | 'claimed' | 'take-over intended' | 'taken' | 'reserved' | 'attempt written' | 'prepared' | 'charge answered' | 'approval known, fence lost' | 'outcome written' | 'closed' | 'relayed'
  | 'recorded on the platform' | 'settled' | 'refunded' | 'handed back' | 'released';

/** Told when a delivery or a case passes such a place; a crash test blocks here and kills the process. Does nothing otherwise. */
export type Checkpoint = (name: CheckpointName, documentId: string) => Promise<void> | void;
