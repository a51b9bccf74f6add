/** Ids of the facts the fake rests on; the table follows. */
export type FactId = string;
