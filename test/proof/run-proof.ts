import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createScreen } from '../../scripts/demo/screen.js';
import type { Teardown } from '../../scripts/demo/teardown.js';
import { laws } from './laws/index.js';
import { playMatrix } from './matrix/play-matrix.js';
import type { RunResult } from './matrix/play-run.js';
import { allRuns, inOrderOf } from './matrix/runs.js';
import { exitCodes, type ProveOptions } from './options.js';
import { provePlanted } from './prove-laws.js';
import { renderLaws, renderMiss, renderRow, renderTotals, rowHead } from './render.js';

const directory = '.prove';

/** Proves, prints and answers the exit code. */
export const prove = async (options: ProveOptions, tools: { readonly teardown: Teardown; readonly stream: NodeJS.WriteStream; readonly struck: () => boolean }): Promise<number> => {
  const screen = createScreen(tools.stream);
  const runs = inOrderOf(options.seed, allRuns().filter(({ id }) => options.only.every((word) => id.includes(word))));
  if (options.do === 'list') {
    for (const { id } of runs) screen.say(id);
    screen.say(`${runs.length} runs`);
    return exitCodes.holds;
  }
  const from = performance.now();
  const planted = provePlanted();
  screen.say(renderLaws(planted, screen).join('\n'));

  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  screen.say(`\n${screen.paint('bold', 'Crash matrix')}  ${runs.length} runs, ${options.lanes} worlds at once, seed ${options.seed}\n`);
  screen.say(rowHead(screen));
  let count = 0;
  const results = await playMatrix(runs, { ...options, directory, teardown: tools.teardown, struck: tools.struck }, {
    began: () => undefined,
    ended: (result: RunResult) => {
      count += 1;
      screen.say(renderRow(result, { count, of: runs.length }, screen));
      for (const line of renderMiss(result, screen)) screen.say(line);
    },
  });
  const seconds = (performance.now() - from) / 1000;
  const soundLaws = planted.soundObjections.length === 0 && planted.rows.every(({ objection }) => objection !== undefined);
  screen.say(`\n${renderTotals(results, { runs: runs.length, seconds }, screen).join('\n')}`);
  const report = join(directory, 'report.json');
  writeFileSync(report, JSON.stringify({ seed: options.seed, seconds, planted, laws: laws.map(({ number, says }) => ({ number, says })), runs: runs.length, results }, null, 1));
  screen.say(`\nReport: ${report}`);
  return soundLaws && results.length > 0 && results.every(({ verdict }) => verdict === 'held') ? exitCodes.holds : exitCodes.missed;
};
