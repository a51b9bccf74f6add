import type { SettingProblem } from './setting-problem.js';

const INDENT = ' '.repeat(14);
const WIDTH = 100;

/** Sets the problems out for a terminal: one block each, in the order given, ending with a line break. */
export const renderProblems = (problems: readonly SettingProblem[]): string => {
  const head = problems.length === 1 ? 'Recovery Hub cannot start: one setting is wrong.' : `Recovery Hub cannot start: ${String(problems.length)} settings are wrong.`;
  const blocks = problems.map(
    ({ variable, found, expected, fix }) => `  ${variable}\n${line('found', found)}${line('expected', expected)}${line('fix', fix)}`,
  );
  return `${head}\n\n${blocks.join('\n')}`;
};

const line = (name: string, text: string): string => `    ${name.padEnd(10)}${wrapped(text).join(`\n${INDENT}`)}\n`;

/** A line break in the text stays one, and a command is never broken: it is there to be copied. */
const wrapped = (text: string): readonly string[] =>
  text.split('\n').flatMap((paragraph) => {
    if (paragraph.startsWith('export ')) return [paragraph];
    const lines: string[] = [];
    for (const word of paragraph.split(' ')) {
      const last = lines.at(-1);
      if (last !== undefined && last.length + 1 + word.length <= WIDTH - INDENT.length) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines;
  });
