import type { Settings } from '../../core/configuration/index.js';
import { redactText } from '../../core/observability/index.js';
import { exitCodes } from './exit-codes.js';

/** What kept the hub from starting, for a person, and whether trying again can help. */
export interface StartFailure {
  readonly exitCode: typeof exitCodes.failed | typeof exitCodes.refused;
  readonly text: string;
}

const SILENT_DATABASE = /^(Mongo|Mongoose)(ServerSelection|Network|NetworkTimeout|NotConnected|PoolCleared|WaitQueueTimeout|TopologyClosed)Error$/;
const PROGRAM_ERRORS = new Set(['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError']);

/** Judges an error of `startHub` or of the plugin list. No secret is in the text. */
export const judgeStartFailure = (error: unknown, settings: Settings): StartFailure => {
  if (!(error instanceof Error)) return { exitCode: exitCodes.refused, text: redactText(String(error)) };
  if (SILENT_DATABASE.test(error.name)) {
    return { exitCode: exitCodes.failed, text: `The database does not answer: ${redactText(error.message)}. Check that it runs and that MONGODB_URI names it.` };
  }
  const listening = listenFailure(error, settings);
  if (listening !== undefined) return { exitCode: exitCodes.refused, text: listening };
  return { exitCode: exitCodes.refused, text: redactText(PROGRAM_ERRORS.has(error.name) ? (error.stack ?? error.message) : error.message) };
};

const listenFailure = (error: Error, { host, port }: Settings): string | undefined => {
  if (!('syscall' in error) || error.syscall !== 'listen' || !('code' in error)) return undefined;
  const place = `port ${String(port)} of ${host}`;
  switch (error.code) {
    case 'EADDRINUSE': return `Another process listens on ${place}. Stop it, or set HUB_PORT to a free port.`;
    case 'EACCES': return `This user may not listen on ${place}. Set HUB_PORT to a port from 1024 on.`;
    default: return `Cannot listen on ${place} (${String(error.code)}). Set HUB_HOST to an address of this machine, or leave it out.`;
  }
};
