import { writes, type CaseDocument } from '../cases/index.js';
import { redactText } from '../observability/index.js';
import { nextAskAt } from './case-steps/ask-times.js';
import type { RecoveryPorts } from './ports.js';
import { runCase, unattended, type HoldEnd, type HoldStart } from './run-case.js';

const firstWaitMs = 60_000;
const longestWaitMs = 3_600_000;
const longestReason = 300;
const circle = 'The case took more steps in one hold than any case needs.';

/**
 * Runs a claimed case to its release. One that cannot be worked on to its end, as while a plugin or a key is missing, is put off: it ended no process, so it
 * gets no strike, is tried again by itself after a wait that grows from a minute to an hour, and keeps what it met for operators.
 * @throws what went wrong where not even that could be written: the case is then left to its lease
 */
export const runHeld = async (claimed: CaseDocument, ports: RecoveryPorts, start: HoldStart = unattended): Promise<HoldEnd> => {
  try {
    const ended = await runCase(claimed, ports, start);
    if (ended.end !== 'left_to_lease') return ended;
  } catch (error) {
    const ended = await putOff(claimed, error, ports).catch(() => undefined);
    if (ended) return ended;
    throw error;
  }
  return putOff(claimed, new Error(circle), ports);
};

const putOff = async (claimed: CaseDocument, error: unknown, ports: RecoveryPorts): Promise<HoldEnd> => {
  // what this hold has written may be more than it knows of
  const document = await ports.cases.find(claimed._id);
  if (!document || document.holder !== claimed.holder || document.fence !== claimed.fence) {
    ports.logger.warn({ caseId: claimed._id, clientId: claimed.clientId, err: error }, 'a hold ended with an error after the case was lost to another');
    return { end: 'lost', document: document ?? claimed };
  }
  const now = ports.clock.hubNow();
  const times = (document.putOff?.times ?? 0) + 1;
  const reason = redactText(error instanceof Error ? error.message : 'Something was thrown that is no error.').slice(0, longestReason);
  const write = writes.putOff(document, { putOff: { since: document.putOff?.since ?? now, times, reason }, nextAt: againAt(document, times, now, ports) });
  const written = await ports.cases.write(write);
  if (written.status !== 'written') return { end: 'lost', document };
  ports.cases.wake(written.document);
  const line = { caseId: document._id, clientId: document.clientId, times, err: error };
  if (times === 1) ports.logger.error({ ...line, alert: 'case_put_off' }, 'a case cannot be worked on: it is tried again by itself, at the latest after an hour; cases show says why');
  else ports.logger.warn(line, 'a case still cannot be worked on');
  return { end: 'put_off', document: written.document };
};

/** After the wait, or when something falls due before it ends: an open charge is asked about on its day. What was due already has waited for this hold. */
const againAt = (document: CaseDocument, times: number, now: Date, { clock, leaseMs }: RecoveryPorts): Date => {
  const waitMs = Math.min(firstWaitMs * 2 ** Math.min(times - 1, 10), longestWaitMs);
  const open = document.attempts.find((attempt) => !attempt.resolved);
  const ask = open && document.due.step === undefined ? nextAskAt(open, 'unknown', now, undefined) : undefined;
  const later = [...Object.values(document.due), ask].filter((at): at is Date => at instanceof Date && at > now);
  const waited = clock.hubAt(new Date(clock.wallNow().getTime() + clock.notBeforeMs(waitMs, leaseMs)));
  return later.reduce((earliest, at) => (at < earliest ? at : earliest), waited);
};
