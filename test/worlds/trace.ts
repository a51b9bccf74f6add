/** What happened in a world, line by line, and which faults struck. */
export interface Trace {
  note(line: string): void;
  /** A fault has struck. */
  struck(kind: string, what?: string): void;
  /** As {@link struck}, of faults that were counted elsewhere. */
  counted(kind: string, times: number): void;
  faults(): Readonly<Record<string, number>>;
  lines(): readonly string[];
}

/** @param wallMs - since the start. @param daysOf - hub days of wall ms */
export const createTrace = (wallMs: () => number, daysOf: (wallMs: number) => number): Trace => {
  const lines: string[] = [];
  const counts = new Map<string, number>();
  const note = (text: string) => {
    const wall = wallMs();
    const line = `${(wall / 1000).toFixed(3).padStart(10)} s ${daysOf(wall).toFixed(3).padStart(8)} d  ${text}`;
    lines.push(line);
    if (process.env['WORLDS_LIVE']) process.stderr.write(`${line}\n`);
  };
  return {
    note,
    struck: (kind, what = '') => {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      if (!kind.startsWith('bell ')) note(`FAULT ${kind} ${what}`);
    },
    counted: (kind, times) => { if (times > 0) counts.set(kind, (counts.get(kind) ?? 0) + times); },
    faults: () => Object.fromEntries(counts),
    lines: () => lines,
  };
};
