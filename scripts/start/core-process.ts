import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readyMessage, type ReadyMessage } from '../hub/ready-message.js';

/** How the core's process ended; neither code nor signal when it could not be started. */
export interface CoreEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A core that was started. */
export interface CoreProcess {
  readonly pid: number | undefined;
  readonly ended: Promise<CoreEnd>;
  /** Asks it to finish what it has in hand; kills it when it is still there after `patienceMs`. */
  end(patienceMs: number): void;
}

/** Starts `hub.js`. Its log and its complaints go where ours go. */
export const startCore = (environment: NodeJS.ProcessEnv, onReady: (ready: ReadyMessage) => void): CoreProcess => {
  const program = fileURLToPath(new URL('../hub.js', import.meta.url));
  const child = spawn(process.execPath, [program], { env: environment, stdio: ['ignore', 'inherit', 'inherit', 'ipc'], windowsHide: true });
  child.on('message', (message) => {
    const ready = readyMessage.safeParse(message);
    if (ready.success) onReady(ready.data);
  });
  const ended = new Promise<CoreEnd>((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return {
    pid: child.pid,
    ended,
    end: (patienceMs) => {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      void ended.then(() => clearTimeout(patience));
    },
  };
};
