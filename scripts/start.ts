/**
 * `npm start`: the hub with everything it needs. Checks the settings, brings the embedded database where MONGODB_URI is unset, keeps the core running
 * (a process of its own, `hub.ts`), says what a person wants to know, and ends everything in order on Ctrl-C or SIGTERM.
 * Exit codes: 0 asked to end · 1 it cannot run, and the reason stands on standard error.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { loadSettings, renderProblems, type Settings } from '../core/configuration/index.js';
import { createLogger, type Logger } from '../core/observability/index.js';
import type { ReadyMessage } from './hub/ready-message.js';
import { keepDatabase, type KeptDatabase } from './start/keep-database.js';
import { renderWelcome } from './start/render-welcome.js';
import { superviseCore } from './start/supervise-core.js';

/** The directory of the clone, seen from dist/scripts. */
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** The core keeps the time limit itself; this is for one that cannot. */
const BEYOND_ITS_LIMIT_MS = 2000;

const tell = (text: string): void => void process.stderr.write(`${text.trimEnd()}\n`);

const main = async (): Promise<0 | 1> => {
  const [argument] = process.argv.slice(2);
  if (argument !== undefined) {
    tell(`npm start takes no arguments, and was given ${argument}. Settings come from the environment: HUB_PORT=4000 npm start`);
    return 1;
  }
  const loaded = loadSettings(process.env);
  if (!loaded.ok) {
    tell(renderProblems(loaded.problems));
    return 1;
  }
  const { settings } = loaded;
  const asked = whenAskedToEnd();
  const logger = createLogger({ level: settings.logLevel });
  if (settings.mongodbUri !== undefined) return runCore({ settings, logger, asked, environment: process.env, database: undefined });
  try {
    const database = await keepDatabase({ dataDir: settings.dataDir, logger });
    logger.info({ dataDir: settings.dataDir }, 'MONGODB_URI is unset: the embedded database is used');
    // the core would take production for granted where MONGODB_URI is set
    const environment = { ...process.env, MONGODB_URI: database.uri, HUB_ENV: settings.env };
    return await runCore({ settings, logger, asked, environment, database });
  } catch (error) {
    tell(`Recovery Hub cannot start.\n${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
};

const runCore = async ({ settings, logger, asked, environment, database }: {
  readonly settings: Settings; readonly logger: Logger; readonly asked: Promise<'asked'>;
  readonly environment: NodeJS.ProcessEnv; readonly database: KeptDatabase | undefined;
}): Promise<0 | 1> => {
  const core = superviseCore({ environment, logger, onReady: createGreeter(settings, logger) });
  const lost = database?.lost.then((why) => ({ why })) ?? new Promise<never>(() => undefined);
  const end = await Promise.race([asked, core.ended, lost]);
  if (typeof end === 'object') {
    tell(`The embedded database is gone, so the hub ends. ${end.why}`);
    await core.stop(0);
  } else {
    await core.stop(settings.shutdownSeconds * 1000 + BEYOND_ITS_LIMIT_MS);
  }
  await database?.stop();
  return end === 'asked' ? 0 : 1;
};

/** Welcomes a person once; later starts of the core are told in the log. */
const createGreeter = (settings: Settings, logger: Logger) => {
  let greeted = false;
  return ({ url }: ReadyMessage): void => {
    if (greeted) {
      logger.info({ url }, 'the core is running again');
      return;
    }
    greeted = true;
    const strong = (text: string): string => (process.stdout.isTTY && process.stdout.hasColors() ? styleText('bold', text) : text);
    process.stdout.write(renderWelcome({ settings, env: process.env, url, root, strong }));
  };
};

const whenAskedToEnd = (): Promise<'asked'> =>
  new Promise((resolve) => {
    // they stay: npm hands on the Ctrl-C that the terminal has already sent us
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve('asked'));
  });

// who read our output may leave before us
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.exit(await main());
