/** Rows of a name and a value under one indent, the values in one column. Rows without a value are left out. */
export const fields = (rows: readonly (readonly [string, string | undefined])[], indent = 2): string => {
  const shown = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${' '.repeat(indent)}${name.padEnd(width)}  ${value}\n`).join('');
};

/** A table with a head; every column as wide as its widest cell. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[], indent = 2): string => {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)));
  return [head, ...rows].map((row) => `${' '.repeat(indent)}${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()}\n`).join('');
};

/** A time for people, to the second, in UTC; a dash for none. */
export const time = (date: Date | null | undefined): string => (date ? `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC` : '–');

/** Indents every line of a paragraph, broken at `width` columns. */
export const paragraph = (text: string, indent = 2, width = 100): string => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && indent + last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `${' '.repeat(indent)}${line}\n`).join('');
};
