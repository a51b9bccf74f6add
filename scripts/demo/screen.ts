import { stripVTControlCharacters } from 'node:util';

/** What a person sees while the demo runs: plain lines, or on a terminal a table that is redrawn with the last lines below it. */
export interface Screen {
  /** One line of what happens. */
  say(line: string): void;
  /** The state of things; redrawn on a terminal, left out elsewhere. */
  draw(lines: readonly string[]): void;
  /** Removes what was drawn last; from now on lines stand below each other. */
  settle(): void;
  readonly columns: number;
  paint(style: Style, text: string): string;
}

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

const escape = '\u001B';
const colour = new RegExp(`(${escape}\\[\\d+m)`);
const codes: Readonly<Record<Style, number>> = { bold: 1, dim: 2, green: 32, red: 31, yellow: 33, cyan: 36 };
const keptLines = 6;
/** A smaller terminal gets plain lines. */
const leastRows = 22;
const plainColumns = 160;

/** Cuts a line that may hold colours to a number of visible columns. */
const cut = (line: string, columns: number): string => {
  if (stripVTControlCharacters(line).length <= columns) return line;
  let visible = 0;
  let kept = '';
  for (const part of line.split(colour)) {
    if (part.startsWith(escape)) kept += part;
    else {
      kept += part.slice(0, Math.max(0, columns - visible));
      visible += part.length;
    }
  }
  return kept;
};

export const createScreen = (stream: NodeJS.WriteStream): Screen => {
  const live = stream.isTTY && stream.rows >= leastRows && process.env['TERM'] !== 'dumb' && process.env['CI'] === undefined;
  const coloured = live && process.env['NO_COLOR'] === undefined;
  const columns = (): number => (live ? stream.columns : plainColumns);
  let drawn = 0;
  let table: readonly string[] = [];
  let recent: readonly string[] = [];

  const redraw = (): void => {
    const lines = [...table, '', ...recent].map((line) => cut(line, columns() - 1));
    const up = drawn === 0 ? '' : `${escape}[${drawn}A`;
    stream.write(`${up}\r${escape}[J${lines.join('\n')}\n`);
    drawn = lines.length;
  };

  return {
    say: (line) => {
      if (!live || table.length === 0) {
        stream.write(`${line}\n`);
        return;
      }
      recent = [...recent, line].slice(-Math.max(1, Math.min(keptLines, stream.rows - table.length - 3)));
      redraw();
    },
    draw: (lines) => {
      if (!live) return;
      table = lines;
      redraw();
    },
    settle: () => {
      if (drawn > 0) stream.write(`${escape}[${drawn}A\r${escape}[J`);
      table = [];
      recent = [];
      drawn = 0;
    },
    get columns() {
      return columns();
    },
    paint: (style, text) => (coloured && text !== '' ? `${escape}[${codes[style]}m${text}${escape}[0m` : text),
  };
};
