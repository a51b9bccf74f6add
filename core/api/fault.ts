/** What a caller did wrong, or what we could not do, before it is put into the words of a surface. */
export type FaultKind =
  | 'invalid_request' | 'unauthorized' | 'forbidden' | 'not_found' | 'conflict' | 'too_large' | 'unsupported_media_type' | 'internal' | 'unavailable';

/** Which of the two error shapes a route answers with: specification 4.2 or 4.3. */
export type Surface = 'flat' | 'envelope';

/** A fault as plain data. `message` is shown to the caller: it names the field and the expectation, never the value. */
export interface Fault {
  readonly kind: FaultKind;
  readonly message: string;
  /** The member of the request that is wrong. */
  readonly param?: string;
  /** A word for programs; shown on the envelope surface only. */
  readonly code?: string;
  /** Overrides the surface of the route, where the request itself chooses it. */
  readonly surface?: Surface;
}

/** A fault on its way to the renderer: thrown at the edge only. */
export class ApiFault extends Error {
  override readonly name = 'ApiFault';
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

/** The caller's request is wrong: 400. */
export const invalid = (param: string, message: string): ApiFault => new ApiFault({ kind: 'invalid_request', param, message });
