/**
 * Starts the database that the hub uses when MONGODB_URI is unset: a server speaking MongoDB's protocol on a directory of files, as a process of its own.
 * Promises: every acknowledged write survives a kill; one owner per data directory; no server outlives the process that started it.
 * Must not know: anything of the project. It is used only through this file or as a MongoDB URI.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface EmbeddedMongoOptions {
  /** Made if missing, with mode 0700. The files stay when the server stops. */
  dataDir: string;
  /** Listen on this port of 127.0.0.1 (0: any free one), open to every user of the machine, instead of on a socket inside the data directory. */
  port?: number;
  /** How far the clock that `hello` tells is from the machine's, in ms, for tests of clocks that are apart. */
  clockShiftMs?: number;
}

/** How the server's process ended. */
export interface EmbeddedMongoExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface EmbeddedMongo {
  /** For any MongoDB driver; names no database. */
  uri: string;
  /** Of the server's process. */
  pid: number;
  /** Ends the server and waits until it is gone; may be called twice. */
  stop: () => Promise<void>;
  /** Calls the listener once when the server has ended, for whatever reason: at once if it already has. */
  onExit: (listener: (exit: EmbeddedMongoExit) => void) => void;
}

/**
 * Starts the server and waits until it listens.
 * It ends with this process, even when this one is killed, and takes no notice of Ctrl-C in the terminal: who started it stops it.
 * @throws Error with the server's own words when it cannot start (directory in use, newer format, port taken, not allowed).
 */
export const startEmbeddedMongo = async ({ dataDir, port, clockShiftMs }: EmbeddedMongoOptions): Promise<EmbeddedMongo> => {
  const child = spawn(process.execPath, [...programArguments(), dataDir, ...(port === undefined ? [] : ['--port', String(port)]), ...(clockShiftMs === undefined ? [] : [`--clock-shift=${clockShiftMs}`]), '--with-parent'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // a process group of its own: Ctrl-C reaches only the hub, which still needs its database while it ends
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const exited = new Promise<EmbeddedMongoExit>((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null })); // never started
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  child.stdin.on('error', () => {});
  const { uri, pid } = await untilReady(child, exited);
  child.stderr?.pipe(process.stderr);
  return {
    uri,
    pid,
    stop: async () => {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
    onExit: (listener) => void exited.then(listener),
  };
};

/** Compiled code runs as it is; from the sources (tsx, tests) the build's copy is taken, or tsx where there is no build. */
const programArguments = (): string[] => {
  const here = dirname(fileURLToPath(import.meta.url));
  if (!import.meta.url.endsWith('.ts')) return [join(here, 'serve.js')];
  const compiled = join(here, '../../dist/scripts/embedded-mongo/serve.js');
  return existsSync(compiled) ? [compiled] : ['--import', 'tsx', join(here, 'serve.ts')];
};

const untilReady = (child: ChildProcess, exited: Promise<EmbeddedMongoExit>): Promise<{ uri: string; pid: number }> =>
  new Promise((resolve, reject) => {
    let out = '';
    let errors = '';
    const keepErrors = (chunk: Buffer): void => void (errors += chunk.toString('utf8'));
    child.stderr?.on('data', keepErrors);
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
      if (!out.includes('\n')) return;
      child.stderr?.off('data', keepErrors);
      try {
        resolve(readReadyLine(out));
      } catch (error) {
        reject(error);
      }
    });
    child.once('error', reject);
    child.once('close', () => {
      void exited.then(({ code, signal }) => reject(new Error(errors.trim() || `The embedded database ended before it listened (code ${code}, signal ${signal}).`)));
    });
  });

const readReadyLine = (text: string): { uri: string; pid: number } => {
  const line: unknown = JSON.parse(text.slice(0, text.indexOf('\n')));
  if (typeof line === 'object' && line !== null && 'uri' in line && typeof line.uri === 'string' && 'pid' in line && typeof line.pid === 'number') {
    return { uri: line.uri, pid: line.pid };
  }
  throw new Error(`The embedded database printed ${text.slice(0, 200)} instead of its URI and pid.`);
};
