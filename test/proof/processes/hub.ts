import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Teardown } from '../../../scripts/demo/teardown.js';

/** A hub that has come to the place it was armed for, and waits there. */
export interface Reached { readonly place: string; readonly documentId: string; readonly at: Date }

/** One hub process. */
export interface HubProcess {
  readonly url: string;
  readonly pid: number;
  /** From now on the process says so when it comes to this place, and waits there. */
  arm(place: string): void;
  /** Resolves when it has come there; pending for ever if it does not. */
  reached(): Promise<Reached>;
  /** Lets it pass this and every other place. */
  goOn(): void;
  /** SIGSTOP and SIGCONT reach a process that knows nothing of them. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

const readyMessage = z.looseObject({ ready: z.literal(true), url: z.url() });
const readyWithinMs = 60_000;

/** Starts a hub with nothing of this process's environment but the path. @throws Error if it ends before it is ready */
export const startHubProcess = async (env: Readonly<Record<string, string>>, log: string, teardown: Teardown): Promise<HubProcess> => {
  const child = fork(join(process.cwd(), 'dist/test/support/hub-process.js'), [], {
    env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ipc'], execArgv: ['--enable-source-maps'],
  });
  const ended = new Promise<void>((resolve) => { child.once('exit', () => { resolve(); }); });
  await teardown.add(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const file = createWriteStream(log, { flags: 'a' });
  child.stdout?.pipe(file, { end: false });
  child.stderr?.pipe(file, { end: false });
  let tell: (reached: Reached) => void = () => undefined;
  let first = new Promise<Reached>((resolve) => { tell = resolve; });
  createInterface({ input: child.stdio[3] as Readable }).on('line', (line) => {
    const [, place = '', documentId = ''] = /^(.*) (\S+)$/.exec(line) ?? [];
    tell({ place, documentId, at: new Date() });
  });
  const send = (message: object): void => { if (child.connected) child.send(message, () => undefined); };
  const timer = AbortSignal.timeout(readyWithinMs);
  const message = await Promise.race([once(child, 'message', { signal: timer }).catch(() => 'late' as const), ended]);
  if (message === undefined || message === 'late') {
    child.kill('SIGKILL');
    throw new Error(`The hub ${message === 'late' ? `was not ready within ${String(readyWithinMs / 1000)} s` : 'ended before it was ready'}; see ${log}`);
  }
  return {
    url: readyMessage.parse(message[0]).url,
    pid: child.pid ?? 0,
    arm: (place) => {
      first = new Promise<Reached>((resolve) => { tell = resolve; });
      send({ arm: place });
    },
    reached: () => first,
    goOn: () => { send({ go: true }); },
    signal: (signal) => { child.kill(signal); },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
