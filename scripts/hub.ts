/**
 * The core as a process of its own: `node dist/scripts/hub.js [--with-parent]`. Settings come from the environment, MONGODB_URI among them.
 * Says once that it is ready (`hub/ready-message.ts`): to the process that forked it, else as a line of JSON among its log lines.
 * Ends on SIGTERM, on SIGINT, and when the process that forked it is gone; with --with-parent also at the end of its standard input.
 * Exit codes: `hub/exit-codes.ts`.
 */
import { parseArgs } from 'node:util';
import { loadSettings, renderProblems, type Settings } from '../core/configuration/index.js';
import { startHub } from '../core/main.js';
import { createLogger, type Logger } from '../core/observability/index.js';
import { exitCodes } from './hub/exit-codes.js';
import { judgeStartFailure } from './hub/judge-start-failure.js';
import { sayReady } from './hub/ready-message.js';
import { whenAskedToEnd } from './hub/when-asked-to-end.js';

type HubSettings = Settings & { readonly mongodbUri: string };

const refuse = (text: string): never => {
  process.stderr.write(`${text.trimEnd()}\n`);
  process.exit(exitCodes.refused);
};

const readHubSettings = (): HubSettings => {
  const loaded = loadSettings(process.env);
  if (!loaded.ok) return refuse(renderProblems(loaded.problems));
  const { mongodbUri } = loaded.settings;
  if (mongodbUri !== undefined) return { ...loaded.settings, mongodbUri };
  return refuse(renderProblems([{
    variable: 'MONGODB_URI',
    found: 'nothing',
    expected: 'the database of this process',
    fix: 'Run npm start, which brings a database of its own, or set MONGODB_URI.',
  }]));
};

const dieOfUnforeseen = (logger: Logger): void => {
  process.on('uncaughtException', (error, origin) => {
    logger.fatal({ err: error, origin }, 'the core ends on an error nobody caught; cases in hand come back by their leases');
    process.exit(exitCodes.failed);
  });
};

/** Imported late: a list that throws is one of the things a person is told. */
const start = async (settings: HubSettings, logger: Logger) => startHub((await import('../plugins.config.js')).default, settings, { logger });

/** Finishes what is in hand, within the time limit. */
const end = async (asked: AbortSignal, starting: ReturnType<typeof start>, settings: Settings, logger: Logger): Promise<never> => {
  logger.info({ because: String(asked.reason) }, 'the hub was asked to end');
  setTimeout(() => {
    logger.warn({ shutdownSeconds: settings.shutdownSeconds }, 'work in hand took longer than HUB_SHUTDOWN_SECONDS; it comes back by its leases');
    process.exit(exitCodes.asked);
  }, settings.shutdownSeconds * 1000);
  const hub = await starting.catch(() => undefined);
  await hub?.stop();
  process.exit(exitCodes.asked);
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { 'with-parent': { type: 'boolean', default: false } } });
  const settings = readHubSettings();
  const logger = createLogger({ level: settings.logLevel });
  dieOfUnforeseen(logger);
  const asked = whenAskedToEnd({ parent: values['with-parent'] ? 'stdin' : 'fork' });
  const starting = start(settings, logger);
  asked.addEventListener('abort', () => void end(asked, starting, settings, logger));
  try {
    const { url, clock } = await starting;
    if (!asked.aborted) sayReady({ ready: true, url: url ?? null, clock: { scale: clock.scale, origin: clock.origin.toISOString() } });
  } catch (error) {
    if (asked.aborted) return;
    const { exitCode, text } = judgeStartFailure(error, settings);
    process.stderr.write(`Recovery Hub cannot start.\n${text}\n`);
    process.exit(exitCode);
  }
};

await main();
