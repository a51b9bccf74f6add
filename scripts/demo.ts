/**
 * The demo: `npm run demo`, with `-- --help` for what it takes. Twelve failing invoices of a stand-in for Stripe are recovered by a hub, each process on
 * its own and all on 127.0.0.1. Nothing is left behind, whatever way it ends.
 */
import { exitCodes, help, readOptions } from './demo/options.js';
import { runDemo } from './demo/run-demo.js';
import { createScreen } from './demo/screen.js';
import { createTeardown } from './demo/teardown.js';

const options = readOptions(process.argv.slice(2));
if (options === 'help') {
  process.stdout.write(help);
} else if ('wrong' in options) {
  process.stderr.write(`${options.wrong}\n\n${help}`);
  process.exitCode = exitCodes.usage;
} else {
  const screen = createScreen(process.stdout);
  const teardown = createTeardown();
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interrupted) return;
      interrupted = true;
      process.stderr.write('\nInterrupted: ending and removing everything …\n');
      void teardown.strike();
    });
  }
  let exitCode: number = exitCodes.different;
  try {
    exitCode = await runDemo(options, screen, teardown);
  } catch (error) {
    if (!interrupted) process.stderr.write(`The demo could not be run to its end. ${error instanceof Error ? error.message : String(error)}\n`);
  }
  await teardown.finish();
  process.exit(interrupted ? exitCodes.interrupted : exitCode);
}
