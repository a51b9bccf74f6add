import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Screen } from '../../scripts/demo/screen.js';
import type { Teardown } from '../../scripts/demo/teardown.js';
import { createFooter } from './footer.js';
import { laws } from './laws/index.js';
import { playMatrix } from './matrix/play-matrix.js';
import { allRuns, inOrderOf, type Run } from './matrix/runs.js';
import type { ProveOptions } from './options.js';
import { provePlanted } from './prove-laws.js';
import { renderLaws, renderRun, renderTotals, rowHead } from './render.js';

/** Where the report and the traces of runs that went wrong are left. */
const directory = '.prove';
const barCells = 24;

/** What a section of the proof is given. */
export interface SectionTools { readonly screen: Screen; readonly teardown: Teardown; readonly stream: NodeJS.WriteStream; readonly struck: () => boolean }

const chosen = (options: ProveOptions): readonly Run[] => inOrderOf(options.seed, allRuns().filter(({ id }) => options.only.every((word) => id.includes(word))));

/** Names the runs and plays none. */
export const listMatrix = (options: ProveOptions, { screen }: Pick<SectionTools, 'screen'>): void => {
  const runs = chosen(options);
  for (const { id } of runs) screen.say(id);
  screen.say(`${String(runs.length)} runs`);
};

const clockOf = (ms: number): string => `${String(Math.floor(ms / 60_000))}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;

/** The laws against planted violations, then every run, printed as they end. Whether all of it held. */
export const proveMatrix = async (options: ProveOptions, { screen, teardown, stream, struck }: SectionTools): Promise<boolean> => {
  const runs = chosen(options);
  const from = performance.now();
  const planted = provePlanted();
  screen.say(renderLaws(planted, screen).join('\n'));
  screen.say(`\n${screen.paint('bold', 'Crash matrix')}  ${String(runs.length)} runs, ${String(options.lanes)} worlds at once, seed ${options.seed}\n`);
  screen.say(rowHead(screen));

  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const underWay = new Map<Run, number>();
  let [count, wrong] = [0, 0];
  const footer = createFooter(stream, screen, () => {
    const elapsed = performance.now() - from;
    const done = Math.round((barCells * count) / Math.max(1, runs.length));
    const left = count === 0 ? '' : `, about ${clockOf((elapsed / count) * (runs.length - count))} left`;
    return [
      `${'█'.repeat(done)}${'░'.repeat(barCells - done)}  ${String(count)} of ${String(runs.length)}${wrong > 0 ? `, ${String(wrong)} not held` : ''}  ${clockOf(elapsed)}${left}`,
      ...[...underWay].map(([{ id }, since]) => `  ${clockOf(performance.now() - since)}  ${id}`),
    ];
  });
  const results = await playMatrix(runs, { ...options, directory, teardown, struck }, {
    began: (run) => { underWay.set(run, performance.now()); },
    ended: (result) => {
      underWay.delete(result.run);
      count += 1;
      if (result.verdict !== 'held') wrong += 1;
      footer.say(renderRun(result, { count, of: runs.length }, screen));
    },
  });
  footer.end();

  const seconds = (performance.now() - from) / 1000;
  screen.say(`\n${renderTotals(results, { runs: runs.length, seconds, order: allRuns().map(({ id }) => id) }, screen).join('\n')}`);
  const report = join(directory, 'report.json');
  writeFileSync(report, JSON.stringify({ seed: options.seed, seconds, planted, laws: laws.map(({ number, says }) => ({ number, says })), runs: runs.length, results }, null, 1));
  screen.say(screen.paint('dim', `Report: ${report}`));
  const lawsObject = planted.soundObjections.length === 0 && planted.rows.every(({ objection }) => objection !== undefined);
  return lawsObject && results.length > 0 && results.every(({ verdict }) => verdict === 'held');
};
