import { ulid } from 'ulid';
import { createLogger } from '../../core/observability/index.js';
import type { Storage } from '../../core/storage/index.js';

/** What an operator did: `what` as a command, on which `target`, with what else was said. */
export interface Deed { readonly what: string; readonly target: string; readonly change?: Readonly<Record<string, unknown>> }

interface AuditDocument extends Deed { _id: string; v: 1; who: 'operator CLI'; at: Date }

/** Keeps what was done with the hub's data, and says it as a log line, on standard error where nobody sits at it. */
export const audit = async (storage: Storage, deed: Deed): Promise<void> => {
  const entry: AuditDocument = { _id: ulid(), v: 1, who: 'operator CLI', at: new Date(), ...deed };
  await storage.collection<AuditDocument>('audit').insertOne(entry);
  if (process.stderr.isTTY) return;
  createLogger({ level: 'info', destination: { write: (line) => { process.stderr.write(line); } } }).info({ who: entry.who, ...deed }, 'audit');
};
