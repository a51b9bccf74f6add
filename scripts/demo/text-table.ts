import { stripVTControlCharacters } from 'node:util';

/** A column: its head, and the share it takes of the room that is left when the others have what they need. */
export interface Column { readonly head: string; readonly share?: number }

const gap = 2;

const visible = (text: string): number => stripVTControlCharacters(text).length;

/** Breaks a text at spaces; its own line breaks stay, and a word that is too long stands alone. */
export const wrap = (text: string, width: number): readonly string[] =>
  text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(' ')) {
      const last = lines.at(-1);
      if (last !== undefined && visible(last) + 1 + visible(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines;
  });

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - visible(text)));

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.flatMap((text) => text.split('\n').map(visible)));

const widthsOf = (columns: readonly Column[], rows: readonly (readonly string[])[], room: number): readonly number[] => {
  const natural = columns.map(({ head }, index) => widest([head, ...rows.map((row) => row[index] ?? '')]));
  const fixed = natural.filter((_, index) => columns[index]?.share === undefined).reduce((sum, width) => sum + width, 0);
  const left = room - fixed - gap * (columns.length - 1);
  const shares = columns.reduce((sum, { share }) => sum + (share ?? 0), 0);
  return natural.map((width, index) => {
    const share = columns[index]?.share;
    const words = widest(rows.flatMap((row) => (row[index] ?? '').split(/\s/)));
    return share === undefined ? width : Math.min(width, Math.max(words, Math.floor((left * share) / shares)));
  });
};

/** Sets a table out in `room` columns: cells of columns with a share are wrapped, the others stay whole. Below each row stands its note, if any. */
export const textTable = (columns: readonly Column[], rows: readonly (readonly string[])[], room: number, notes: readonly string[] = []): readonly string[] => {
  const widths = widthsOf(columns, rows, room);
  const line = (cells: readonly string[]): string => cells.map((cell, index) => pad(cell, widths[index] ?? 0)).join(' '.repeat(gap)).trimEnd();
  const body = rows.flatMap((row, at) => {
    const cells = row.map((cell, index) => (columns[index]?.share === undefined ? cell.split('\n') : wrap(cell, widths[index] ?? 0)));
    const height = Math.max(...cells.map((lines) => lines.length));
    const note = notes[at];
    return [...Array.from({ length: height }, (_, index) => line(cells.map((lines) => lines[index] ?? ''))), ...(note === undefined ? [] : [note])];
  });
  return [line(columns.map(({ head }) => head)), line(widths.map((width) => '─'.repeat(width))), ...body];
};
