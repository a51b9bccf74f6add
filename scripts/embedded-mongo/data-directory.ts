import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const STICKY = 0o1000;
const OTHERS = 0o077;
/** What `sockaddr_un.sun_path` holds without its closing zero: 108 bytes on Linux, 104 on macOS and the BSDs. */
const LONGEST_SOCKET_PATH = process.platform === 'linux' ? 107 : 103;

/**
 * Makes the data directory if it is missing, closes it to other users, and answers its real path, so that two names of one directory are one.
 * The database has no password: whoever can enter the directory can read it.
 */
export const prepareDataDirectory = (dataDir: string): string => {
  const wanted = resolve(dataDir);
  try {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot make the data directory ${wanted}: ${why}. Give a directory this user may write in.`, { cause: error });
  }
  const directory = realpathSync(wanted);
  if (process.platform !== 'win32') closeToOthers(directory);
  return directory;
};

const closeToOthers = (directory: string): void => {
  const { mode, uid } = statSync(directory);
  if ((mode & OTHERS) === 0) return;
  const found = `has mode ${(mode & 0o7777).toString(8)}, so that other users can read the database`;
  if ((mode & STICKY) !== 0) throw new Error(`The data directory ${directory} ${found}. Give a directory inside it instead.`);
  if (uid !== process.getuid?.()) throw new Error(`The data directory ${directory} ${found}, and it belongs to user ${uid}. Give a directory of your own.`);
  chmodSync(directory, mode & 0o700);
};

/** Where the server listens: a socket inside the data directory or, where that path is too long for a socket, in a closed folder named after it. */
export const socketPathOf = (directory: string): string => {
  const inside = join(directory, 'mongo.sock');
  if (Buffer.byteLength(inside) <= LONGEST_SOCKET_PATH) return inside;
  const digest = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), `recovery-hub-${process.getuid?.() ?? 0}-${digest}`);
  const outside = join(folder, 'mongo.sock');
  if (Buffer.byteLength(outside) > LONGEST_SOCKET_PATH) {
    throw new Error(`A socket path may have ${LONGEST_SOCKET_PATH} bytes, and both ${inside} and ${outside} are longer. Give a shorter data directory, or --port.`);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & OTHERS) !== 0) {
    throw new Error(`The socket folder ${folder} was made by somebody else. Remove it, give a shorter data directory, or --port.`);
  }
  return outside;
};

/** The address in the form the MongoDB driver reads. A standalone server, hence the direct connection. */
export const uriOfSocket = (socketPath: string): string => `mongodb://${encodeURIComponent(socketPath)}/?directConnection=true`;
