/** The places of a charge where a process may die. */
export type CheckpointName =
  | 'claimed' | 'reserved' | 'attempt written' | 'prepared' | 'charge answered' | 'outcome written' | 'closed' | 'relayed' | 'settled' | 'handed back' | 'released';

/** Told when a case passes such a place; a crash test blocks here and kills the process. Does nothing otherwise. */
export type Checkpoint = (name: CheckpointName, caseId: string) => Promise<void> | void;
