import { type BenchDatabase, startBenchDatabase } from './bench-database.js';
import { readOptions, type Sizes } from './options.js';

/** Runs a benchmark as the command line asks, on a database process of its own, and ends with the line that `measure` answers. */
export const runBench = async <S extends Sizes>(
  command: string,
  known: S,
  measure: (database: BenchDatabase, sizes: Readonly<Record<keyof S, number>>) => Promise<string>,
): Promise<void> => {
  const options = readOptions(command, known, process.argv.slice(2));
  if (options === 'help') return;
  const database = await startBenchDatabase(options.directory);
  try {
    console.log(await measure(database, options.sizes));
  } finally {
    await database.stop();
  }
};
