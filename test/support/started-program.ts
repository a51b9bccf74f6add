import { execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a program ended, and everything it printed. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program a test has started. */
export interface StartedProgram {
  readonly pid: number;
  readonly ended: Promise<ProgramEnd>;
  readonly stdout: () => string;
  /** What the pattern finds in standard output, as soon as it does. @throws Error with all it printed when it ends before, or after 90 s */
  finds(pattern: RegExp): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
}

const PATIENCE_MS = 90_000;

/** The settings of a hub in this environment are the given ones only. */
const environmentOf = (env: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(HUB_|MONGODB_URI$|TEST_MONGODB_URI$|npm_|NODE_OPTIONS$|FORCE_COLOR$)/.test(name))),
  ...env,
});

/** Starts a program in the directory of the project. */
export const startProgram = (command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = process.cwd()): StartedProgram => {
  const child = spawn(command, args, { cwd, env: environmentOf(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr, over] = ['', '', false];
  child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString('utf8'); });
  child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString('utf8'); });
  const ended = new Promise<ProgramEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      over = true;
      resolve({ code, signal, stdout, stderr });
    });
  });
  ended.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    ended,
    stdout: () => stdout,
    finds: async (pattern) => {
      for (const giveUp = Date.now() + PATIENCE_MS; ;) {
        const found = pattern.exec(stdout);
        if (found) return found;
        if (over || Date.now() > giveUp) throw new Error(`${command} ${args.join(' ')} did not print ${String(pattern)}. It printed:\n${stdout}\n${stderr}`);
        await sleep(20);
      }
    },
    signal: (signal) => void child.kill(signal),
  };
};

/** Asks again until the answer is true. @throws Error after 90 s */
export const until = async (what: string, ask: () => boolean | Promise<boolean>): Promise<void> => {
  for (const giveUp = Date.now() + PATIENCE_MS; !(await ask());) {
    if (Date.now() > giveUp) throw new Error(`Waited in vain for this: ${what}.`);
    await sleep(50);
  }
};

interface Running { readonly pid: number; readonly parent: number; readonly command: string }

const running = (): readonly Running[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).split('\n').flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || state?.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command: command ?? '' }];
  });

/** All processes that came of this one, itself first. */
export const familyOf = (pid: number): readonly Running[] => {
  const all = running();
  const below = (of: number): readonly Running[] => all.filter(({ parent }) => parent === of).flatMap((child) => [child, ...below(child.pid)]);
  return [...all.filter((one) => one.pid === pid), ...below(pid)];
};

/** Those of the pids that still run. */
export const stillRunning = (pids: readonly number[]): readonly number[] => {
  const now = new Set(running().map(({ pid }) => pid));
  return pids.filter((pid) => now.has(pid));
};
