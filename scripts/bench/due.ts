/**
 * npm run bench:due: how fast due cases are worked on while very many others are scheduled, as ratios measured side by side in one run.
 * Needs nothing but this checkout; keeps its database in .bench/ for the next run, which is then quicker.
 */
import { measureDue } from './due/measure.js';
import { runBench } from './run-bench.js';

const sizes = {
  'cases': { what: 'due cases, and due jobs, of a round', whole: 1000, quick: 200 },
  'beside': { what: 'cases, and jobs, scheduled beside', whole: 100_000, quick: 5000 },
  'few': { what: 'cases scheduled beside, where few are compared with many', whole: 10_000, quick: 1000 },
  'many': { what: 'cases scheduled beside, where many are compared with few', whole: 1_000_000, quick: 20_000 },
  'warm-up': { what: 'rounds that are not counted', whole: 2, quick: 1 },
  'rounds': { what: 'rounds that are counted', whole: 7, quick: 3 },
};

await runBench('bench:due', sizes, (database, asked) => measureDue(database, { ...asked, warmUp: asked['warm-up'] }));
