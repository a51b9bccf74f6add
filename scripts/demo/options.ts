import { randomInt } from 'node:crypto';
import { parseArgs, types } from 'node:util';

/** How the demo ends. */
export const exitCodes = { asExpected: 0, different: 1, usage: 2, void: 3, interrupted: 130 } as const;

/** What the demo was asked for. */
export interface DemoOptions { readonly kill: { readonly seed: number } | undefined; readonly keep: 'keep' | 'end' }

export const help = `Twelve failing subscription payments, recovered by a hub on this machine against a stand-in for Stripe.

Usage: npm run demo [-- options]

  --kill         kill the hub twice (SIGKILL) while it holds a case, and start it again
  --seed <n>     the cases and moments to kill it at, with --kill; printed, so that a run can be repeated
  --keep         leave everything running at the end and print what to try; Ctrl-C ends it
  --help         print this

A day passes in three seconds. Everything runs on 127.0.0.1 and is removed at the end.

Exit codes
  ${exitCodes.asExpected}    every row ended as expected
  ${exitCodes.different}    some row did not, or something could not be started
  ${exitCodes.usage}    the command line was wrong
  ${exitCodes.void}    void: a kill hit a hub that held nothing, so the run proves nothing about kills
  ${exitCodes.interrupted}  interrupted by Ctrl-C
`;

/** Reads the command line; a text is what is wrong with it. */
export const readOptions = (args: readonly string[]): DemoOptions | 'help' | { readonly wrong: string } => {
  try {
    const { values } = parseArgs({
      args: [...args], strict: true,
      options: { kill: { type: 'boolean', default: false }, seed: { type: 'string' }, keep: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
    });
    if (values.help) return 'help';
    const { seed, kill } = values;
    if (seed !== undefined && !/^\d{1,9}$/.test(seed)) return { wrong: `--seed is "${seed}"; expected a whole number from 0 to 999999999.` };
    if (seed !== undefined && !kill) return { wrong: '--seed chooses what --kill kills; give both.' };
    return { kill: kill ? { seed: seed === undefined ? randomInt(1, 100_000) : Number(seed) } : undefined, keep: values.keep ? 'keep' : 'end' };
  } catch (error) {
    return { wrong: types.isNativeError(error) ? error.message : 'The command line cannot be read.' };
  }
};
