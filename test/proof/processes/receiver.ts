import { join } from 'node:path';
import { z } from 'zod';
import { startProcess } from '../../../scripts/demo/process.js';
import type { Teardown } from '../../../scripts/demo/teardown.js';
import type { ReceivedNotification } from '../laws/index.js';

/** The merchant's endpoint in a process of its own. */
export interface ReceiverProcess {
  /** Where the hub sends its webhooks. */
  readonly hookUrl: string;
  log(): Promise<readonly ReceivedNotification[]>;
  /** The status it answers with from now on; `down`: it destroys every connection. */
  answer(status: number | 'down'): Promise<void>;
}

const ready = z.object({ ready: z.literal(true), url: z.url() });
const entries = z.array(z.object({
  id: z.string(), digest: z.string(), event: z.string(), caseId: z.string(), at: z.iso.datetime().transform((text) => new Date(text)), answered: z.int().nullable(),
}));

/** Starts it. */
export const startReceiverProcess = async (log: string, teardown: Teardown): Promise<ReceiverProcess> => {
  const { ready: { url } } = await startProcess({
    name: 'the receiver', file: join(process.cwd(), 'dist/test/proof/processes/receiver-serve.js'), log, teardown, ready,
  });
  return {
    hookUrl: `${url}/hooks`,
    log: async () => entries.parse(await (await fetch(`${url}/log`, { signal: AbortSignal.timeout(10_000) })).json()),
    answer: async (status) => { await fetch(`${url}/answer`, { method: 'PUT', body: String(status === 'down' ? 0 : status), signal: AbortSignal.timeout(10_000) }); },
  };
};
