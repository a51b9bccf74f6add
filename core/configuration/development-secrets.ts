import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { types } from 'node:util';
import { z } from 'zod';

/** What a development hub makes for itself, in the form of the variables they stand for. */
export interface DevelopmentSecrets {
  readonly HUB_ENCRYPTION_KEYS: string;
  readonly HUB_OPERATOR_JWT_SECRET: string;
}

const stored = z.object({ HUB_ENCRYPTION_KEYS: z.string(), HUB_OPERATOR_JWT_SECRET: z.string() });

/**
 * The secrets in `<dataDir>/secrets.json`, made at the first call: file mode 0600, directory 0700. Two processes that start at once get the same.
 * @throws Error when the directory cannot be written, is shared by all users, or its file is damaged.
 */
export const generateDevelopmentSecrets = (dataDir: string): DevelopmentSecrets => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  closeDirectory(dataDir);
  const path = join(dataDir, 'secrets.json');
  return read(path) ?? publish(path, {
    HUB_ENCRYPTION_KEYS: `dev:${randomBytes(32).toString('base64')}`,
    HUB_OPERATOR_JWT_SECRET: randomBytes(48).toString('base64url'),
  });
};

const read = (path: string): DevelopmentSecrets | undefined => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (types.isNativeError(error) && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  if (openToOthers(path)) chmodSync(path, 0o600);
  const parsed = stored.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is damaged: it is no JSON with HUB_ENCRYPTION_KEYS and HUB_OPERATOR_JWT_SECRET. `
    + 'Bring it back from a copy; without its keys what this data directory holds cannot be opened. To begin anew, remove the whole directory.');
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A hard link appears whole or not at all and never replaces a file: of two processes, the second reads what the first made. */
const publish = (path: string, secrets: DevelopmentSecrets): DevelopmentSecrets => {
  const draft = `${path}.${String(process.pid)}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
    return secrets;
  } catch (error) {
    const theirs = read(path);
    if (theirs === undefined) throw error;
    return theirs;
  } finally {
    rmSync(draft, { force: true });
  }
};

const STICKY = 0o1000;

const openToOthers = (path: string): boolean => process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;

/** A directory such as /tmp belongs to everybody and stays as it is. */
const closeDirectory = (path: string): void => {
  if (!openToOthers(path)) return;
  if ((statSync(path).mode & STICKY) !== 0) throw new Error(`${path} is shared by all users of this machine; secrets need a directory of their own inside it`);
  chmodSync(path, 0o700);
};
