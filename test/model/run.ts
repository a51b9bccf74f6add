import { spawnSync } from 'node:child_process';
import { runModel } from './run-model.js';

/** The model search as a program: `ci` for the part that every change runs, else everything; then seconds for each large box, and threads. */
const args = process.argv.slice(2);
const part = args.includes('ci') ? 'ci' as const : 'full' as const;
const [secondsEach = 60, threads = 2] = args.map(Number).filter((value) => !Number.isNaN(value));
const commit = spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).stdout?.trim() || 'no commit';
const verdict = await runModel({ part, commit, secondsEach, threads, print: (line) => { process.stdout.write(`${line}\n`); } });
process.exitCode = verdict === 'held' ? 0 : 1;
