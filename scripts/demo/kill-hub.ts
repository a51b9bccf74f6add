import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerReport } from '../../connectors/stripe-billing/fake-platform.js';
import type { HubNote, HubNotes } from './hub-notes.js';
import type { KillTarget } from './kill-plan.js';
import type { BilledRow } from './play.js';
import type { Stage } from './stage.js';

/** One SIGKILL: what was in hand, and how long there was no hub. */
export interface Kill { readonly pid: number; readonly inHand: readonly string[]; readonly downMs: number; readonly missedTarget: boolean }

const lookEveryMs = 4;
/** So long after a target could no longer be met, any case in hand will do. */
const settleMs = 30;

interface Killing { readonly stage: Stage; readonly notes: HubNotes; readonly billed: readonly BilledRow[]; readonly say: (line: string) => void; readonly signal: AbortSignal;
  readonly killed: (kill: Kill) => void;
}

const isClosed = ({ status }: HubNote): boolean => status !== 'queued' && status !== 'attempting' && status !== 'unknown';

/** Kills the hub once for each target, while it holds a case, and starts it again. Ends early when `signal` is given. */
export const killHub = async (targets: readonly KillTarget[], killing: Killing): Promise<void> => {
  const open = [...targets];
  while (open.length > 0 && !killing.signal.aborted) {
    const moment = await untilHeld(open, killing);
    if (moment === undefined) break;
    open.splice(open.indexOf(moment.target), 1);
    const kill = await strike(moment, killing);
    if (kill === undefined) open.push(moment.target);
    else killing.killed(kill);
  }
};

interface Moment { readonly target: KillTarget; readonly missed: boolean }

/** Waits until one of the targets is met, or, once one can no longer be met, until anything is in hand. */
const untilHeld = async (targets: readonly KillTarget[], { notes, billed, signal }: Killing): Promise<Moment | undefined> => {
  while (!signal.aborted) {
    const cases = await notes.read();
    for (const target of targets) {
      const invoice = billed.find(({ row }) => row === target.row)?.invoice;
      const note = cases.find((one) => one.invoice === invoice);
      if (note === undefined) continue;
      const written = note.attempts.some(({ n }) => n >= target.attempt);
      if (written && note.holder !== null) {
        await sleep(target.delayMs);
        return { target, missed: false };
      }
      if ((written || isClosed(note)) && cases.some((one) => one.holder !== null)) return { target, missed: true };
    }
    await sleep(lookEveryMs);
  }
  return undefined;
};

/** Freezes the hub, looks what it holds, and kills it; lets it go on when it holds nothing any more. */
const strike = async ({ missed }: Moment, { stage, notes, billed, say }: Killing): Promise<Kill | undefined> => {
  const hub = stage.hub();
  hub.signal('SIGSTOP');
  // what it had already sent to the database is taken in before it is asked
  await sleep(settleMs);
  const held = (await notes.read()).filter(({ holder }) => holder !== null);
  if (held.length === 0) {
    hub.signal('SIGCONT');
    return undefined;
  }
  const ledger = await stage.stripe.ledger();
  const from = Date.now();
  await hub.kill();
  const after = await notes.read();
  const inHand = held.filter((note) => after.some((one) => one.transactionId === note.transactionId && one.holder === note.holder && one.fence === note.fence));
  const lines = inHand.map((note) => describe(note, billed, ledger));
  say(`SIGKILL to the hub (pid ${hub.pid}). In hand: ${lines.join('; ') || 'nothing'}`);
  await stage.restartHub();
  const downMs = Date.now() - from;
  say(`the hub is started again (pid ${stage.hub().pid}) after ${(downMs / 1000).toFixed(1)} s`);
  return { pid: hub.pid, inHand: lines, downMs, missedTarget: missed };
};

const describe = (note: HubNote, billed: readonly BilledRow[], ledger: LedgerReport): string => {
  const row = billed.find(({ invoice }) => invoice === note.invoice)?.row;
  const attempt = note.attempts.at(-1);
  if (attempt === undefined) return `row ${row} (${note.status}, no attempt yet)`;
  const request = ledger.debts.find(({ debtId }) => debtId === note.invoice)?.requests.find(({ idempotencyKey }) => idempotencyKey === attempt.key);
  return `row ${row} (attempt ${attempt.n} ${stageOf(attempt, request?.ended)})`;
};

const stageOf = (attempt: HubNote['attempts'][number], ended: 'open' | 'answered' | 'dropped' | 'client_left' | undefined): string => {
  if (attempt.outcome !== null) return `written as ${attempt.outcome.status}`;
  switch (ended) {
    case undefined: return 'written, not sent yet';
    case 'open': return 'sent, Stripe is working on it';
    case 'answered': return 'answered by Stripe, outcome not written';
    case 'dropped': return 'applied by Stripe, reply dropped';
    case 'client_left': return 'sent, and left without an answer';
  }
};
