import { Worker } from 'node:worker_threads';
import { boxesOf, rulesTakenAway, type Job, type Part, type Searched } from './plan.js';
import { boxRow, boxTable, brokenLines, ruleRow, ruleTable, totals } from './report.js';
import { rules } from './rules.js';
import { search, type Found } from './search.js';

export interface ModelRun {
  readonly part: Part;
  /** Of the part `ci`: by it the large box is chosen that is searched as well. */
  readonly commit: string;
  readonly print: (line: string) => void;
  /** Searches at once, each in a thread: only where the program runs compiled. `1`: in this one. */
  readonly threads: number;
  /** Wall seconds for each of the large boxes. */
  readonly secondsEach: number;
}

const inThread = (job: Job): Promise<Found> => new Promise((resolve, reject) => {
  const worker = new Worker(new URL('search-thread.js', import.meta.url), { workerData: job, resourceLimits: { maxOldGenerationSizeMb: 8000 } });
  worker.once('message', (found: Found) => { resolve(found); void worker.terminate(); });
  worker.once('error', reject);
});

/** A box that takes more memory than there is was not searched whole. */
const notWhole: Found = { states: 0, transitions: 0, seconds: 0, whole: 'no', left: 0, reached: { spent: 0, depth: 0 }, broken: [] };

const searchAll = async (jobs: readonly Job[], { threads }: ModelRun, each: (searched: Searched) => void): Promise<readonly Searched[]> => {
  const all: Searched[] = [];
  const waiting = [...jobs];
  const lane = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { rule } = job;
      const found = threads === 1
        ? await search(job.box, rules.find((one) => one.rule === rule), job.limits)
        : await inThread(job).catch((error: unknown) => { if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') return notWhole; throw error; });
      const searched = { job, found };
      all.push(searched);
      each(searched);
    }
  };
  await Promise.all(Array.from({ length: threads }, lane));
  return all;
};

/** Whether every box was searched whole and held, and every rule that was taken away broke one of its laws. */
export const runModel = async (run: ModelRun): Promise<'held' | 'missed'> => {
  const { print } = run;
  for (const line of boxTable) print(line);
  if (run.part === 'ci') print(`Of the large boxes the first is searched, as the commit ${run.commit} says.`);
  const boxes = await searchAll(boxesOf(run.part, run.secondsEach, run.commit), run, (searched) => {
    print(boxRow(searched));
    for (const line of brokenLines(searched.found)) print(line);
  });
  for (const line of ruleTable) print(line);
  const off = await searchAll(rulesTakenAway, run, (searched) => { print(ruleRow(searched)); });
  const { lines, verdict } = totals(boxes, off);
  for (const line of lines) print(line);
  return verdict;
};
