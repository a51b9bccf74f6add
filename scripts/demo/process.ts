import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { z } from 'zod';
import type { Teardown } from './teardown.js';

/** A process the demo has started. */
export interface DemoProcess<Ready> {
  readonly name: string;
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: Ready;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** How a process is started. `log` takes everything it prints after the ready line, and its errors. */
export interface StartOptions<Ready> {
  readonly name: string;
  readonly file: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly log: string;
  readonly ready: z.ZodType<Ready>;
  readonly teardown: Teardown;
}

const stopWithinMs = 10_000;
const readyWithinMs = 30_000;

const passedOn = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'SystemRoot', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS'] as const;

/** The environment of a started process: what it is given and what the system needs, nothing of the operator's own settings. */
export const environmentWith = (env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(passedOn.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))), ...env,
});

/**
 * Starts a Node process in a group of its own (Ctrl-C in the terminal reaches only the demo) and waits for its one JSON ready line. Its standard input
 * is a pipe of ours, so that it can notice when we are gone. It is stopped by the teardown from its first moment on.
 * @throws Error with the last lines it printed when it ends or stays silent instead
 */
export const startProcess = async <Ready>(options: StartOptions<Ready>): Promise<DemoProcess<Ready>> => {
  const child = spawn(process.execPath, [options.file, ...(options.args ?? [])], {
    env: environmentWith(options.env), stdio: ['pipe', 'pipe', 'pipe'], detached: process.platform !== 'win32', windowsHide: true,
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  child.stdin.on('error', () => undefined);
  const log = createWriteStream(options.log, { flags: 'a' });
  child.stderr.pipe(log, { end: false });
  const gone = async (): Promise<void> => {
    await ended;
    log.end();
    await finished(log).catch(() => undefined);
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone();
  };
  await options.teardown.add(async () => {
    // a frozen process would never hear it
    if (process.platform !== 'win32') child.kill('SIGCONT');
    child.kill('SIGTERM');
    child.stdin.end();
    const alarm = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await gone();
    clearTimeout(alarm);
  });
  const ready = await untilReady(child, options, log).catch(async (error: unknown) => {
    await kill();
    throw error;
  });
  child.stdout.pipe(log, { end: false });
  return { name: options.name, pid: child.pid ?? 0, ready, ended, signal: (signal) => void child.kill(signal), kill };
};

const readLine = <Ready>(line: string, schema: z.ZodType<Ready>): Ready | undefined => {
  try {
    const parsed = schema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
};

const untilReady = <Ready>(child: ChildProcess, { name, ready }: StartOptions<Ready>, log: NodeJS.WritableStream): Promise<Ready> =>
  new Promise((resolve, reject) => {
    let pending = '';
    const printed: string[] = [];
    const fail = (why: string) => reject(new Error(`${name} ${why}. It printed:\n${printed.slice(-20).join('\n') || '(nothing)'}`));
    const alarm = setTimeout(() => fail(`was not ready within ${readyWithinMs / 1000} s`), readyWithinMs);
    const onErrors = (chunk: Buffer) => void printed.push(chunk.toString('utf8').trimEnd());
    const onOutput = (chunk: Buffer) => {
      pending += chunk.toString('utf8');
      for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n')) {
        const line = pending.slice(0, end);
        pending = pending.slice(end + 1);
        const said = readLine(line, ready);
        printed.push(line);
        log.write(`${line}\n`);
        if (said === undefined) continue;
        clearTimeout(alarm);
        child.stdout?.off('data', onOutput);
        child.stderr?.off('data', onErrors);
        log.write(pending);
        resolve(said);
        return;
      }
    };
    child.stdout?.on('data', onOutput);
    child.stderr?.on('data', onErrors);
    child.once('close', (code, signal) => {
      clearTimeout(alarm);
      fail(`ended before it was ready (code ${code}, signal ${signal})`);
    });
    child.once('error', (error) => {
      clearTimeout(alarm);
      fail(`could not be started: ${error.message}`);
    });
  });
