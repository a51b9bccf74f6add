import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessState {
  running: boolean;
  /** Differs between two processes that had the same pid; null where the system does not tell. */
  startedAs: string | null;
}

const GONE: ProcessState = { running: false, startedAs: null };

/** Whether a process with this pid runs, and which one of all that ever had the number. */
export const processState = (pid: number): ProcessState => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, and belongs to another user
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return GONE;
  }
  if (process.platform === 'linux') return linuxState(pid);
  return { running: true, startedAs: process.platform === 'win32' ? null : startTimeByPs(pid) };
};

const linuxState = (pid: number): ProcessState => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // the second field is the program's name in brackets and may itself hold spaces and brackets
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // a zombie keeps its pid, but holds nothing open any more
    if (fields[0] === 'Z' || fields[0] === 'X') return GONE;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return { running: true, startedAs: `${boot}/${fields[19] ?? ''}` };
  } catch {
    return { running: true, startedAs: null };
  }
};

const startTimeByPs = (pid: number): string | null => {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'latin1', env: { ...process.env, LC_ALL: 'C' } }).trim() || null;
  } catch {
    return null;
  }
};
