import { MongoBulkWriteError, MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError, MongoWriteConcernError } from 'mongodb';

/** The key pattern of the unique index that refused a write, or undefined when the error is another one. */
export const duplicateKeyOf = (error: unknown): readonly string[] | undefined => {
  if (!(error instanceof MongoServerError) && !(error instanceof MongoBulkWriteError)) return undefined;
  if (error.code !== 11000) return undefined;
  const pattern: unknown = Reflect.get(error, 'keyPattern') ?? Reflect.get(Reflect.get(error, 'errorResponse') ?? {}, 'keyPattern');
  return typeof pattern === 'object' && pattern !== null ? Object.keys(pattern) : ['_id'];
};

/**
 * Whether a failed write may or may not have been applied: the connection broke, no server could be chosen, or the
 * majority did not confirm. The writer reads again before it believes anything.
 */
export const isNotKnownToBeWritten = (error: unknown): boolean =>
  error instanceof MongoNetworkError || error instanceof MongoServerSelectionError || error instanceof MongoWriteConcernError
  || (error instanceof MongoError && (error.hasErrorLabel('RetryableWriteError') || error.name === 'MongoNotConnectedError'
    || error.name === 'MongoPoolClearedError' || error.name === 'MongoTopologyClosedError'));
