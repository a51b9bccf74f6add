/**
 * The proof: `npm run prove`, with `-- --help` for what it takes. First every law against violations planted for it, then the crash matrix. Nothing is left
 * behind but a report, whatever way it ends.
 */
import { spawnSync } from 'node:child_process';
import { createTeardown } from '../../scripts/demo/teardown.js';
import { exitCodes, help, readOptions } from './options.js';
import { prove } from './run-proof.js';

const commit = (): string => spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).stdout.trim() || 'no commit';

const options = readOptions(process.argv.slice(2), commit);
if (options === 'help') {
  process.stdout.write(help);
} else if ('wrong' in options) {
  process.stderr.write(`${options.wrong}\n\n${help}`);
  process.exitCode = exitCodes.usage;
} else {
  const teardown = createTeardown();
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interrupted) process.exit(exitCodes.interrupted);
      interrupted = true;
      process.stderr.write('\nInterrupted: the runs under way are played to their end; once more to leave at once.\n');
    });
  }
  let exitCode: number = exitCodes.missed;
  try {
    exitCode = await prove(options, { teardown, stream: process.stdout, struck: () => interrupted });
  } catch (error) {
    process.stderr.write(`The proof could not be brought to its end. ${error instanceof Error ? error.stack ?? error.message : String(error)}\n`);
  }
  await teardown.finish();
  process.exit(interrupted ? exitCodes.interrupted : exitCode);
}
