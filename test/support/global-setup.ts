import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedMongo, EmbeddedMongoOptions } from '../../scripts/embedded-mongo/index.js';

/** Where the teardown finds what the set-up started: jest loads the two apart from one another, so that they share only the process. */
export interface TestServerPlace {
  recoveryHubTestServer?: { server: EmbeddedMongo; dataDir: string };
}

const ERROR_LINES_SHOWN = 15;

/** Builds once, and gives every test worker one database server in TEST_MONGODB_URI: that of MONGODB_URI, or an embedded one on a directory of its own. */
const globalSetup = async (): Promise<void> => {
  const root = process.cwd();
  const door = join(root, 'dist/scripts/embedded-mongo/index.js');
  buildOnce(root, door);
  const given = process.env['MONGODB_URI'];
  if (given) {
    process.env['TEST_MONGODB_URI'] = given;
    return;
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'recovery-hub-test-'));
  // a path, not a URL: jest turns this import into a require
  const { startEmbeddedMongo } = (await import(door)) as {
    startEmbeddedMongo: (options: EmbeddedMongoOptions) => Promise<EmbeddedMongo>;
  };
  const server = await startEmbeddedMongo({ dataDir }).catch((error: unknown) => {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  });
  process.env['TEST_MONGODB_URI'] = server.uri;
  (globalThis as TestServerPlace).recoveryHubTestServer = { server, dataDir };
};

const buildOnce = (root: string, needed: string): void => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, encoding: 'utf8' });
  if (status === 0) return;
  const lines = stderr.trimEnd().split('\n');
  const shown = [...lines.slice(0, ERROR_LINES_SHOWN), ...(lines.length > ERROR_LINES_SHOWN ? [`… and ${lines.length - ERROR_LINES_SHOWN} lines more`] : [])].join('\n');
  if (!existsSync(needed)) throw new Error(`The build failed:\n${shown}`);
  process.stderr.write(`The build has errors; the tests run on what it could make:\n${shown}\n`);
};

export default globalSetup;
