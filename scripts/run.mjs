/**
 * node scripts/run.mjs <name> [arguments]: builds what changed, then runs dist/scripts/<name>.js in this same process.
 * One process, and `exec` in front of it where it is long-lived: a shell between npm and the program would die of the signal that npm hands on, and
 * leave the program behind. Windows knows no `exec`; what stands behind `||` is for it alone.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const program = join(here, '../dist/scripts', `${process.argv[2]}.js`);
const { status } = spawnSync(process.execPath, [join(here, 'build.mjs')], { stdio: ['ignore', 2, 2] });
if (status === 0) {
  process.argv.splice(1, 2, program);
  await import(pathToFileURL(program).href);
} else {
  process.stderr.write('The build failed; nothing was started.\n');
  process.exitCode = 1;
}
