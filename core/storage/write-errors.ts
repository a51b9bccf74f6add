import { MongoError, MongoNetworkError, MongoOperationTimeoutError, MongoServerError, MongoServerSelectionError, MongoWriteConcernError } from 'mongodb';
import { AnswerMissing } from './bounded.js';

/** What a server answers while it ends or steps down, or gives up waiting: what it had begun may have been done. */
const interruptions = new Set([50, 89, 91, 189, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436, 24, 64]);

/** What the driver says of a client or connection that went away while an operation was under way. */
const goneAway = new Set(['MongoNotConnectedError', 'MongoPoolClearedError', 'MongoPoolClosedError', 'MongoTopologyClosedError', 'MongoClientClosedError', 'MongoServerClosedError', 'MongoExpiredSessionError']);

/** What a socket says that breaks at the moment of writing: the driver passes it on as it is. */
const brokenSocket = new Set([
  'EPIPE', 'ECONNRESET', 'ECONNABORTED', 'ECONNREFUSED', 'ETIMEDOUT', 'ENOTCONN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN',
  'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_SOCKET_CLOSED', 'ABORT_ERR',
]);

const isBrokenSocket = (error: unknown): boolean => {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' && brokenSocket.has(code);
};

/** An error of one among many inserts carries no key pattern, only the name of the index: `clientId_1_list_1`. */
const keysInMessage = (message: string): readonly string[] => {
  const index = /index: (?:\S+\$)?(\S+) dup key/.exec(message)?.[1] ?? '_id_';
  return index === '_id_' ? ['_id'] : index.split(/_-?1(?:_|$)/).filter((part) => part !== '');
};

/** The key pattern of the unique index that refused a write, or undefined when the error is another one. */
export const duplicateKeyOf = (error: unknown): readonly string[] | undefined => {
  if (!(error instanceof MongoServerError) || error.code !== 11000) return undefined;
  const pattern: unknown = Reflect.get(error, 'keyPattern') ?? Reflect.get(Reflect.get(error, 'errorResponse') ?? {}, 'keyPattern');
  return typeof pattern === 'object' && pattern !== null ? Object.keys(pattern) : keysInMessage(error.message);
};

/**
 * Whether a failed write may or may not have been applied: the connection broke, no server could be chosen, the server ended,
 * or the majority did not confirm. The writer reads again before it believes anything.
 */
export const isNotKnownToBeWritten = (error: unknown): boolean =>
  error instanceof MongoNetworkError || error instanceof MongoServerSelectionError || error instanceof MongoWriteConcernError || error instanceof MongoOperationTimeoutError
  || error instanceof AnswerMissing || isBrokenSocket(error)
  || (error instanceof MongoServerError && typeof error.code === 'number' && interruptions.has(error.code))
  || (error instanceof MongoError && (error.hasErrorLabel('RetryableWriteError') || goneAway.has(error.name)));
