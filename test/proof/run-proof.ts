import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createScreen } from '../../scripts/demo/screen.js';
import type { Teardown } from '../../scripts/demo/teardown.js';
import { exitCodes, type ProveOptions, type Section } from './options.js';
import { listMatrix, proveMatrix } from './prove-matrix.js';

interface Program { readonly title: string; readonly file: string; readonly args: readonly string[] }

/** The programs of the other sections, and what they are told. */
const programsOf = (section: Exclude<Section, 'matrix'>, part: ProveOptions['part']): readonly Program[] => {
  switch (section) {
    case 'worlds': return [
      { title: 'Worlds in one process, on simulated time', file: 'dist/test/worlds/worlds.js', args: ['--count', part === 'ci' ? '50' : '1000'] },
      { title: 'Worlds of processes', file: 'dist/test/worlds/worlds.js', args: ['--processes', part === 'ci' ? '3' : '30', '--lanes', '3'] },
    ];
    case 'model': return [{ title: 'Model search', file: 'dist/test/model/run.js', args: part === 'ci' ? ['ci'] : [] }];
  }
};

const runProgram = ({ file, args }: Program): Promise<boolean> => new Promise((resolve) => {
  const child = spawn(process.execPath, [join(process.cwd(), file), ...args], { stdio: 'inherit' });
  child.once('error', () => { resolve(false); });
  child.once('exit', (code) => { resolve(code === 0); });
});

/** Proves, prints and answers the exit code. */
export const prove = async (options: ProveOptions, tools: { readonly teardown: Teardown; readonly stream: NodeJS.WriteStream; readonly struck: () => boolean }): Promise<number> => {
  const screen = createScreen(tools.stream);
  if (options.do === 'list') {
    listMatrix(options, { screen });
    return exitCodes.holds;
  }
  const verdicts: { readonly section: Section; readonly held: boolean }[] = [];
  for (const section of options.sections) {
    if (tools.struck()) break;
    if (section === 'matrix') {
      verdicts.push({ section, held: await proveMatrix(options, { ...tools, screen }) });
      continue;
    }
    for (const program of programsOf(section, options.part)) {
      screen.say(`\n${screen.paint('bold', program.title)}\n`);
      verdicts.push({ section, held: await runProgram(program) });
    }
  }
  const held = verdicts.length >= options.sections.length && verdicts.every((verdict) => verdict.held);
  screen.say(`\n${options.sections.map((section) => ({ section, held: verdicts.some((one) => one.section === section) && verdicts.every((one) => one.section !== section || one.held) })).map((verdict) => (verdict.held ? screen.paint('green', `${verdict.section} held`) : screen.paint('red', `${verdict.section} did not hold`))).join(', ')}`);
  return held ? exitCodes.holds : exitCodes.missed;
};
