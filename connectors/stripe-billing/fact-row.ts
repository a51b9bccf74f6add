/** How far a fact can be trusted: read in the SDK, run against a loopback server, recorded, documented by Stripe, reported in public, our conclusion. */
export type Certainty = 'SDK' | 'LAB' | 'REC' | 'DOC' | 'ISSUE' | 'INF';

/** One behaviour of the fake. `source`: part of the notes on Stripe (A1 webhooks … A8 test cards), or the public place. `switch`: the fake can do either. */
export interface Fact {
  readonly says: string;
  readonly source: string;
  readonly certainty: Certainty;
  readonly switch?: string;
}
