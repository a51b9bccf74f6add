/** The codes of one system: exact codes first, then ranges of numeric codes (`2109-2999`), then the wildcard (`*`). */
export interface CodeTable<Row> {
  /** The row written for this very code, or for the range it lies in. */
  own(code: string): Row | undefined;
  /** The row for codes without their own; only for two characters of a raw network code. */
  readonly wildcard: Row | undefined;
}

const rangePattern = /^(?<from>\d+)-(?<to>\d+)$/;
const digits = /^\d+$/;

export interface CodeRange {
  readonly from: string;
  readonly to: string;
}

/** A range as written, or undefined if the code is not one. Both ends have the same number of digits. */
export function parseCodeRange(code: string): CodeRange | undefined {
  const groups = rangePattern.exec(code)?.groups;
  const [from, to] = [groups?.from, groups?.to];
  return from !== undefined && to !== undefined && from.length === to.length && from < to ? { from, to } : undefined;
}

export const isInRange = (code: string, range: CodeRange): boolean =>
  digits.test(code) && code.length === range.from.length && code >= range.from && code <= range.to;

export function buildCodeTable<Row extends { readonly code: string }>(rows: readonly Row[]): CodeTable<Row> {
  const exact = new Map(rows.map((row) => [row.code, row]));
  const ranges = rows.flatMap((row) => {
    const range = parseCodeRange(row.code);
    return range === undefined ? [] : [{ range, row }];
  });
  return {
    own: (code) => (code === '*' ? undefined : exact.get(code) ?? ranges.find(({ range }) => isInRange(code, range))?.row),
    wildcard: exact.get('*'),
  };
}
