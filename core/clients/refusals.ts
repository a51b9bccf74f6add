/** What a refused member was and should have been. */
export interface InvalidDetails {
  /** Path of the member: `maxRetries`, `gateways[0].type`. */
  readonly param: string;
  /** What was given, cut short; never a credential. */
  readonly found: string;
  readonly expected: string;
}

/** A member of the input is wrong: 400. The message names member and expectation: `maxRetries must be an integer between 1 and 8`. */
export class InvalidInput extends Error implements InvalidDetails {
  override readonly name = 'InvalidInput';
  readonly param: string;
  readonly found: string;
  readonly expected: string;
  constructor(details: InvalidDetails, message = `${details.param} must be ${details.expected}`) {
    super(message);
    this.param = details.param;
    this.found = details.found;
    this.expected = details.expected;
  }
}

/** The input is fine and cannot be done as things stand: 409. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
}

/** No such client, connection or account: 404. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}
