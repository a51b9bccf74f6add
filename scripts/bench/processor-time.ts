import { readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** Processor time a process has used so far, in ms; undefined where the system does not tell it in /proc. */
export const processorMs = (pid: number): number | undefined => {
  try {
    const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond * 1000;
  } catch {
    return undefined;
  }
};
