import { parseArgs } from 'node:util';

/** One size of a benchmark: its name on the command line, what it is, how large it is in a whole run and in a quick one. */
export type Sizes = Readonly<Record<string, { readonly what: string; readonly whole: number; readonly quick: number }>>;

/** What was asked for. */
export interface BenchOptions<S extends Sizes> { readonly sizes: Readonly<Record<keyof S, number>>; readonly directory: string | undefined }

/**
 * Reads the command line: `--quick`, and any size by its name.
 * @throws Error that names the option, what was found and what was expected
 */
export const readOptions = <S extends Sizes>(command: string, known: S, argv: readonly string[]): BenchOptions<S> | 'help' => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...Object.fromEntries(Object.keys(known).map((name) => [name, { type: 'string' as const }])),
      quick: { type: 'boolean', default: false }, directory: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values['help']) {
    console.log(`npm run ${command} -- [--quick] [--directory <where its database is kept>]`);
    for (const [name, { what, whole, quick }] of Object.entries(known)) console.log(`  --${name.padEnd(12)} ${what}; ${whole.toLocaleString('en')}, with --quick ${quick.toLocaleString('en')}`);
    return 'help';
  }
  const sizes = Object.fromEntries(Object.entries(known).map(([name, { whole, quick }]) => {
    const given: unknown = Reflect.get(values, name);
    if (given === undefined) return [name, values['quick'] ? quick : whole];
    if (typeof given !== 'string' || !/^\d{1,8}$/.test(given)) throw new Error(`--${name} is ${JSON.stringify(given)}; expected a whole number. See npm run ${command} -- --help.`);
    return [name, Number(given)];
  }));
  const directory: unknown = Reflect.get(values, 'directory');
  return { sizes: sizes as Record<keyof S, number>, directory: typeof directory === 'string' ? directory : undefined };
};
