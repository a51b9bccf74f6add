import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { processState } from '../process-identity.js';

export interface ServeProcess {
  uri: string;
  pid: number;
  stdout: () => string;
  exit: Promise<{ code: number | null; signal: string | null }>;
  stop: () => Promise<void>;
}

/** The compiled server as people run it by hand. Rejects with its words on stderr, its exit code and what it printed. */
export const startServe = (dataDir: string, ...args: string[]): Promise<ServeProcess> => {
  const program = fileURLToPath(new URL('../../../dist/scripts/embedded-mongo/serve.js', import.meta.url));
  const child = spawn(process.execPath, [program, dataDir, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let errors = '';
  const exit: ServeProcess['exit'] = new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  child.stderr.on('data', (chunk: Buffer) => void (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (!out.includes('\n')) return;
      const { uri, pid } = JSON.parse(out);
      const stop = async (): Promise<void> => {
        child.kill('SIGTERM');
        await exit;
      };
      resolve({ uri, pid, stdout: () => out, exit, stop });
    });
    void exit.then(({ code }) => reject(Object.assign(new Error(errors.trim()), { code, stdout: out })));
  });
};

/** Waits until no process has this pid. */
export const untilGone = async (pid: number): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (processState(pid).running) {
    if (Date.now() > deadline) throw new Error(`Process ${pid} still runs.`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
};
