/**
 * The embedded database as a process of its own:
 *   node serve.js [data directory] [--port <number>] [--clock-shift <ms>] [--with-parent]
 * Prints one line of JSON when it listens, and ends on SIGTERM or SIGINT; with --with-parent also when its parent goes away.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EmbeddedServer } from './engine/server.js';
import { Store } from './engine/store.js';
import { prepareDataDirectory, socketPathOf, uriOfSocket } from './data-directory.js';
import { checkFormatVersion } from './format-version.js';
import { nameUriInLock, readStaleLock, releaseLock, takeLock } from './lock-file.js';

interface Options {
  dataDir: string;
  /** null: a unix socket */
  port: number | null;
  withParent: boolean;
  /** How far the clock it tells is from the machine's. */
  clockShiftMs: number;
}

const readOptions = (): Options => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string' }, 'clock-shift': { type: 'string', default: '0' }, 'with-parent': { type: 'boolean', default: false } },
  });
  const port = values.port === undefined ? null : Number(values.port);
  if (port !== null && !(/^\d+$/.test(values.port ?? '') && port <= 65535)) {
    throw new Error(`--port is '${values.port}'; expected a number from 0 (any free port) to 65535.`);
  }
  const clockShiftMs = Number(values['clock-shift']);
  if (!Number.isSafeInteger(clockShiftMs)) throw new Error(`--clock-shift is '${values['clock-shift']}'; expected whole milliseconds, such as 15000 or -3000.`);
  const windows = process.platform === 'win32';
  return { dataDir: positionals[0] ?? process.env['HUB_DATA_DIR'] ?? '.recovery-hub', port: port ?? (windows ? 0 : null), withParent: values['with-parent'], clockShiftMs };
};

const openServer = async (options: Options): Promise<{ uri: string; stop: () => Promise<void> }> => {
  const directory = prepareDataDirectory(options.dataDir);
  const socketPath = options.port === null ? socketPathOf(directory) : null;
  const knownUri = socketPath !== null ? uriOfSocket(socketPath) : options.port ? `mongodb://127.0.0.1:${options.port}/?directConnection=true` : null;
  await readStaleLock(directory); // a living owner is left in peace: its files are not even opened
  const store = new Store({ path: directory });
  let taken = false;
  try {
    await takeLock(directory, { uri: knownUri, socketPath }, (run) => store.env.transactionSync(run));
    taken = true;
    await checkFormatVersion(store, directory);
    if (socketPath !== null) rmSync(socketPath, { force: true });
    const place = socketPath !== null ? { socket: socketPath } : { port: options.port ?? 0 };
    const server = new EmbeddedServer({ path: directory, ...place, clockShiftMs: options.clockShiftMs, log: logInternalErrors }, store);
    const uri = await server.start().catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
        throw new Error(`Port ${options.port} of 127.0.0.1 is taken by another process. Give another --port, or leave it out.`, { cause: error });
      }
      throw error;
    });
    nameUriInLock(directory, uri);
    return {
      uri,
      stop: async () => {
        await server.stop();
        releaseLock(directory);
      },
    };
  } catch (error) {
    await store.close();
    if (taken) releaseLock(directory);
    throw error;
  }
};

/** Names the command and the place in our code, never the message: it may quote a document. */
const logInternalErrors = (request: { name: string }, _ms: number, error?: unknown): void => {
  if (!(error instanceof Error) || 'code' in error) return;
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  console.error(`embedded database: internal error in '${request.name}' (${error.name})\n${frames.join('\n')}`);
};

const whenParentGoes = (then: () => void): void => {
  if (process.channel) {
    process.once('disconnect', then);
    return;
  }
  process.stdin.once('end', then).once('close', then).once('error', then);
  process.stdin.resume();
};

const main = async (): Promise<void> => {
  const options = readOptions();
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    if (options.withParent) whenParentGoes(resolve);
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {}); // a second one must not cut the stop short
  process.stdout.on('error', () => {}); // a reader that is gone is noticed above
  const { uri, stop } = await openServer(options);
  process.stdout.write(`${JSON.stringify({ ready: true, uri, pid: process.pid })}\n`);
  await ended;
  setTimeout(() => process.exit(1), 10_000).unref();
  await stop();
};

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
