import { ApiFault, type Fault } from '../api/index.js';
import { NewerFormat } from '../clients/index.js';
import { isNotKnownToBeWritten } from '../storage/index.js';

const outOfReach = (error: unknown, depth = 0): boolean =>
  isNotKnownToBeWritten(error) || (error instanceof Error && depth < 5 && outOfReach(error.cause, depth + 1));

/** Express says with `status` that it could not read a request, a path with a broken escape for instance. */
const refusedByExpress = (error: unknown): boolean => error instanceof Error && Reflect.get(error, 'status') === 400;

/** What an error thrown while a request was answered is to its caller. Nothing of an unknown error is shown. */
export const faultOf = (error: unknown): Fault => {
  if (error instanceof ApiFault) return error.fault;
  if (refusedByExpress(error)) return { kind: 'invalid_request', message: 'The request could not be read.' };
  if (outOfReach(error)) return { kind: 'unavailable', message: 'The database cannot be reached. Try again.' };
  if (error instanceof NewerFormat) return { kind: 'unavailable', message: 'A newer version of the hub serves this. Try again.' };
  return { kind: 'internal', message: 'Something went wrong on our side.' };
};
