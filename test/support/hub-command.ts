import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** How a command ended. */
export interface CommandEnd { readonly code: number | null; readonly out: string; readonly err: string }

/** Runs one `recovery-hub` command as an operator does: a process of its own, with nothing of this one's environment but the path. */
export const hubCommand = (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<CommandEnd> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(process.cwd(), 'dist/scripts/recovery-hub.js'), ...args], {
      env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000,
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
    child.once('error', reject);
    child.once('close', (code) => { resolve({ code, out, err }); });
  });
