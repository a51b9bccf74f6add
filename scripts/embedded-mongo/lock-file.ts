import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { processState } from './process-identity.js';

/** What the owner of a data directory writes into its lock file. */
export interface Lock {
  pid: number;
  startedAs: string | null;
  /** null while the owner waits for the system to give it a port */
  uri: string | null;
  socketPath: string | null;
}

export class DataDirectoryInUseError extends Error {
  override name = 'DataDirectoryInUseError';
  constructor(directory: string, { pid, uri }: Lock) {
    super(
      `The data directory ${directory} is in use by process ${pid}` +
        (uri === null
          ? `, which is just starting. Wait for its URI in ${lockPath(directory)}, or stop it (kill ${pid}).`
          : ` (${uri}). Either connect to that database with MONGODB_URI='${uri}', or stop that process (kill ${pid}) and start again.`),
    );
  }
}

const lockPath = (directory: string): string => join(directory, 'embedded-mongo.lock');

const readText = (directory: string): string | null => {
  try {
    return readFileSync(lockPath(directory), 'utf8');
  } catch {
    return null;
  }
};

/** null for a file that no server wrote whole: it holds no claim. */
const parse = (text: string): Lock | null => {
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== 'object' || found === null || !('pid' in found) || typeof found.pid !== 'number' || !Number.isInteger(found.pid)) return null;
    const textOf = (key: string): string | null => {
      const value = (found as Record<string, unknown>)[key];
      return typeof value === 'string' ? value : null;
    };
    return found.pid > 0 ? { pid: found.pid, startedAs: textOf('startedAs'), uri: textOf('uri'), socketPath: textOf('socketPath') } : null;
  } catch {
    return null;
  }
};

const answers = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(socketPath);
    const end = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(1000, () => end(true)); // somebody accepted and is too busy to go on
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });

const ownerLives = async (lock: Lock): Promise<boolean> => {
  // in another container the owner's pid means nothing here, but its socket answers all the same
  if (lock.socketPath !== null && (await answers(lock.socketPath))) return true;
  const state = processState(lock.pid);
  if (!state.running) return false;
  if (state.startedAs === null || lock.startedAs === null) return lock.pid !== process.pid;
  return state.startedAs === lock.startedAs;
};

/** The claim of a dead owner as it stands in the file, or null when there is none. Throws {@link DataDirectoryInUseError} when the owner lives. */
export const readStaleLock = async (directory: string): Promise<string | null> => {
  const text = readText(directory);
  const lock = text === null ? null : parse(text);
  if (lock && (await ownerLives(lock))) throw new DataDirectoryInUseError(directory, lock);
  return text;
};

/**
 * Takes the data directory, over a dead owner's claim if need be.
 * `alone` runs a function while no other process runs one, and is freed by the system when this process dies: a file by itself cannot be compared and
 * replaced in one step.
 */
export const takeLock = async (
  directory: string,
  place: { uri: string | null; socketPath: string | null },
  alone: (run: () => boolean) => boolean,
): Promise<void> => {
  const mine: Lock = { pid: process.pid, startedAs: processState(process.pid).startedAs, ...place };
  for (;;) {
    const stale = await readStaleLock(directory);
    const taken = alone(() => {
      if (readText(directory) !== stale) return false;
      writeLock(directory, mine);
      return true;
    });
    if (taken) return;
  }
};

const writeLock = (directory: string, lock: Lock): void => {
  const draft = `${lockPath(directory)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(lock)}\n`, { mode: 0o600 });
  renameSync(draft, lockPath(directory));
};

/** Completes our own claim once the port is known. */
export const nameUriInLock = (directory: string, uri: string): void => {
  const text = readText(directory);
  const lock = text === null ? null : parse(text);
  if (lock?.pid === process.pid) writeLock(directory, { ...lock, uri });
};

/** Gives the directory back. Call it last, when nothing writes any more. */
export const releaseLock = (directory: string): void => {
  const text = readText(directory);
  if (text !== null && parse(text)?.pid === process.pid) unlinkSync(lockPath(directory));
};
