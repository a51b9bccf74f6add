import type { FactId } from '../facts.js';

/** Names the row of `facts.ts` that a behaviour rests on; also written in comments, and a test compares both with the table. */
export const fact = (id: FactId): FactId => id;
