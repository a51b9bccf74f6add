/** How far a fact can be trusted: read in the SDK or its schemas, run against a loopback server, documented, a third party's word, our conclusion. */
export type Certainty = 'SDK' | 'LAB' | 'DOC' | 'THIRD' | 'INF';

/** One behaviour of the fake. `source`: part of the notes on Chargebee (A1 webhooks … A6 money). `switch`: the fake can do either. */
export interface Fact {
  readonly says: string;
  readonly source: string;
  readonly certainty: Certainty;
  readonly switch?: string;
}
