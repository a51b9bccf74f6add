import type { Screen } from '../../scripts/demo/screen.js';

/** Lines below the last row that tell what is under way; on a terminal only. */
export interface Footer {
  /** Says lines above it, where they stay. */
  say(lines: readonly string[]): void;
  end(): void;
}

const escape = '\u001B';
const redrawEveryMs = 500;

/** Keeps `lines()` below everything that is said. */
export const createFooter = (stream: NodeJS.WriteStream, screen: Screen, lines: () => readonly string[]): Footer => {
  const live = stream.isTTY && process.env['TERM'] !== 'dumb' && process.env['CI'] === undefined;
  let drawn = 0;
  const clear = (): void => {
    if (drawn > 0) stream.write(`${escape}[${String(drawn)}A\r${escape}[J`);
    drawn = 0;
  };
  const draw = (): void => {
    if (!live) return;
    const shown = ['', ...lines()].map((line) => line.slice(0, screen.columns - 1));
    stream.write(`${shown.map((line) => screen.paint('dim', line)).join('\n')}\n`);
    drawn = shown.length;
  };
  const timer = live ? setInterval(() => { clear(); draw(); }, redrawEveryMs) : undefined;
  return {
    say: (said) => {
      clear();
      for (const line of said) stream.write(`${line}\n`);
      draw();
    },
    end: () => {
      clearInterval(timer);
      clear();
    },
  };
};
