import { z } from 'zod';
import type { CatalogueProblem } from './catalogue-error.js';
import type { DeclineFileName, DeclineFiles } from './decline-files.js';

/** A row that has its right shape, with the words that name it in a problem. */
export interface PlacedRow<T> {
  readonly place: string;
  readonly row: T;
}

const maxShown = 80;

export const show = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
};

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Readonly<Record<PropertyKey, unknown>>)[key] : undefined),
    value,
  );

const placeOf = (value: unknown, index: number): string => {
  const text = (member: string): string | undefined => {
    const found = at(value, [member]);
    return typeof found === 'string' ? found : undefined;
  };
  const [system, code] = [text('system'), text('code')];
  const key = system !== undefined && code !== undefined ? `${system}/${code}` : (system ?? text('canonical') ?? text('id') ?? text('date'));
  return key === undefined ? `row ${index + 1}` : `row ${index + 1} (${key.slice(0, maxShown)})`;
};

const problemsOf = (file: string, place: string, value: unknown, error: z.ZodError): CatalogueProblem[] =>
  error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const keys = issue.keys.map((key) => show(key)).join(', ');
      return { file, row: place, found: `unknown ${keys}`, expected: 'only the members the file is described with' };
    }
    const path = issue.path.map(String).join('.');
    return { file, row: place, found: `${path === '' ? '' : `${path} `}${show(at(value, issue.path))}`, expected: issue.message };
  });

/** The JSON of one file, or undefined with the problem noted. */
export function readJson(name: DeclineFileName, files: DeclineFiles, problems: CatalogueProblem[]): unknown {
  const text = files[name];
  if (text === undefined) {
    problems.push({ file: name, row: 'the file', found: 'nothing readable', expected: 'the file beside the compiled catalogue' });
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    problems.push({ file: name, row: 'the file', found: `${text.length} characters that are not JSON`, expected: 'JSON' });
    return undefined;
  }
}

/** One value of a file by its schema, or undefined with every problem noted. A value that could not be read at all is noted already. */
export function readPart<T>(file: string, part: string, schema: z.ZodType<T>, value: unknown, problems: CatalogueProblem[]): T | undefined {
  if (value === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  problems.push(...problemsOf(file, part, value, result.error));
  return undefined;
}

/** The rows that have their right shape; every other row is noted as a problem. */
export function readRows<T>(
  file: string,
  part: string,
  schema: z.ZodType<T>,
  value: unknown,
  problems: CatalogueProblem[],
): PlacedRow<T>[] {
  const list = readPart(file, part, z.array(z.unknown()).min(1), value, problems) ?? [];
  return list.flatMap((candidate, index) => {
    const place = placeOf(candidate, index);
    const row = readPart(file, place, schema, candidate, problems);
    return row === undefined ? [] : [{ place, row }];
  });
}
