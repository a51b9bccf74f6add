import { readFileSync } from 'node:fs';
import { readSecretLine } from './read-secret-line.js';
import { UsageError } from './failures.js';

/** A way to read the values of credentials: standard input can be read once. */
export type ReadCredential = (name: string, source: string) => Promise<string>;

const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '');

/**
 * Reads credentials from `env:NAME`, `file:PATH` or `-` (standard input; typed unseen on a terminal). A value on the command line itself is refused:
 * it would stay in the shell's history and be seen in the list of processes.
 */
export const credentialReader = (): ReadCredential => {
  let inputTakenBy: string | undefined;
  return async (name, source) => {
    const value = withoutLineEnd(await read(name, source));
    if (value === '') throw new UsageError(`The source of ${name} is empty.`);
    return value;
  };

  async function read(name: string, source: string): Promise<string> {
    if (source === '-') {
      if (inputTakenBy !== undefined) throw new UsageError(`Standard input is already read for ${inputTakenBy}; give ${name} by env:VARIABLE or file:PATH.`);
      inputTakenBy = name;
      return readSecretLine(name);
    }
    const [, kind, place = ''] = /^(env|file):(.+)$/s.exec(source) ?? [];
    if (kind === 'env') return variable(name, place);
    if (kind === 'file') return file(name, place);
    throw new UsageError(
      `The value of ${name} stands on the command line, where it stays in the shell's history and every user of the machine can see it. `
      + `Put it into a variable or file instead: ${name}=env:VARIABLE, ${name}=file:PATH, or ${name}=- to type or pipe it in. If it was a real secret, replace it at its issuer.`,
    );
  }
};

const variable = (name: string, place: string): string => {
  if (!/^[A-Za-z_]\w*$/.test(place)) throw new UsageError(`${name}=env:… must name a variable, such as env:API_KEY.`);
  const value = process.env[place];
  if (value === undefined || value === '') throw new UsageError(`The variable ${place}, which ${name} is to be read from, is not set. Set it: export ${place}=…`);
  return value;
};

const file = (name: string, place: string): string => {
  try {
    return readFileSync(place, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new UsageError(`The file ${place}, which ${name} is to be read from, cannot be read (${code}).`, { cause: error });
  }
};
