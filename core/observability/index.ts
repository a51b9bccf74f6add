/**
 * observability: JSON log lines and what may not be in them.
 * Promises that no key, secret, token, e-mail, signature header or raw body leaves through a log line.
 * Must not know any other room.
 */
export { createLogger, type Logger } from './logger.js';
export { lastFour, redactText } from './redaction.js';
export type { Checkpoint, CheckpointName } from './checkpoint.js';
