import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** A process of its own that does one kind of work when asked. */
export interface Worker {
  /** @throws Error with the worker's own words when it fails or ends instead of answering */
  ask<T>(command: string, answer: z.ZodType<T>, facts?: object): Promise<T>;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

const reply = z.object({ id: z.number(), value: z.unknown().optional(), error: z.string().optional() });
const stopMs = 10_000;

/** Starts `file`, which must call `serve`. It ends with this process. */
export const startWorker = (file: URL, env: Readonly<Record<string, string>> = {}, execArgv: readonly string[] = []): Worker => {
  const child: ChildProcess = fork(fileURLToPath(file), [], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env }, execArgv: [...execArgv], stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced',
  });
  const waiting = new Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }>();
  let last = 0;
  child.on('message', (message) => {
    const { id, value, error } = reply.parse(message);
    const asker = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asker?.resolve(value);
    else asker?.reject(new Error(error));
  });
  const gone = new Promise<void>((resolve) => { child.once('exit', () => { resolve(); }); });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`A process of the benchmark ended (code ${String(code)}, signal ${String(signal)})`));
    waiting.clear();
  });
  return {
    ask: async (command, answer, facts = {}) => {
      last += 1;
      const id = last;
      const value = await new Promise<unknown>((resolve, reject) => {
        if (child.exitCode !== null || !child.connected) { reject(new Error('A process of the benchmark has ended already')); return; }
        waiting.set(id, { resolve, reject });
        child.send({ id, command, facts });
      });
      return answer.parse(value);
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      const alarm = setTimeout(() => child.kill('SIGKILL'), stopMs);
      await gone;
      clearTimeout(alarm);
    },
  };
};
