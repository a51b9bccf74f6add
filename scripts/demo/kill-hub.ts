import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerReport } from '../../connectors/stripe-billing/fake-platform.js';
import type { HubNote, HubNotes } from './hub-notes.js';
import type { KillTarget } from './kill-plan.js';
import type { BilledRow } from './play.js';
import type { Stage } from './stage.js';

/** One SIGKILL: what was in hand, and how long there was no hub. */
export interface Kill {
  readonly pid: number;
  readonly inHand: readonly string[];
  readonly rows: readonly number[];
  readonly holds: readonly string[];
  readonly downMs: number;
  /** Its own moment had passed, and another case was taken that was in hand. */
  readonly missedTarget: boolean;
}

const lookEveryMs = 4;
/** What a frozen hub has already sent is taken in within this time. */
const settleMs = 30;

interface Killing { readonly stage: Stage; readonly notes: HubNotes; readonly billed: readonly BilledRow[]; readonly say: (line: string) => void; readonly signal: AbortSignal;
  readonly killed: (kill: Kill) => void;
  /** Whether the hub that runs now holds the case. */
  readonly held: (note: HubNote) => boolean;
}

const isClosed = ({ status }: HubNote): boolean => status !== 'queued' && status !== 'attempting' && status !== 'unknown';

/** A hold: each claim of a case has a fence of its own. */
const holdOf = ({ transactionId, fence }: HubNote): string => `${transactionId}#${fence}`;

/**
 * Kills the hub once for each target, while it holds a case, and starts it again. What a killed hub had held counts as held by nobody, though its lease
 * has not ended. Ends early when `signal` is given.
 */
export const killHub = async (targets: readonly KillTarget[], given: Omit<Killing, 'held'>): Promise<void> => {
  const dead = new Set<string>();
  const killing: Killing = { ...given, held: (note) => note.holder !== null && !dead.has(holdOf(note)) };
  const open = [...targets];
  while (open.length > 0 && !killing.signal.aborted) {
    const moment = await untilHeld(open, killing);
    if (moment === undefined) break;
    const kill = await strike(moment, killing);
    if (kill === undefined) continue;
    open.splice(open.indexOf(moment.target), 1);
    for (const hold of kill.holds) dead.add(hold);
    killing.killed(kill);
  }
};

interface Moment { readonly target: KillTarget; readonly missed: boolean }

/** Waits until one of the targets is met, or, once one can no longer be met, until anything is in hand. */
const untilHeld = async (targets: readonly KillTarget[], { notes, billed, signal, held }: Killing): Promise<Moment | undefined> => {
  while (!signal.aborted) {
    const cases = await notes.read();
    for (const target of targets) {
      const invoice = billed.find(({ row }) => row === target.row)?.invoice;
      const note = cases.find((one) => one.invoice === invoice);
      if (note === undefined) continue;
      const written = note.attempts.some(({ n }) => n >= target.attempt);
      if (written && held(note)) {
        await sleep(target.delayMs);
        return { target, missed: false };
      }
      if ((written || isClosed(note)) && cases.some(held)) return { target, missed: true };
    }
    await sleep(lookEveryMs);
  }
  return undefined;
};

/** Freezes the hub, looks what it holds, and kills it; lets it go on when it holds nothing any more. */
const strike = async ({ missed }: Moment, { stage, notes, billed, say, held: isHeld }: Killing): Promise<Kill | undefined> => {
  const hub = stage.hub();
  hub.signal('SIGSTOP');
  await sleep(settleMs);
  const held = (await notes.read()).filter(isHeld);
  if (held.length === 0) {
    hub.signal('SIGCONT');
    return undefined;
  }
  const ledger = await stage.stripe.ledger();
  const from = Date.now();
  await stage.killHub();
  const after = await notes.read();
  const inHand = held.filter((note) => after.some((one) => holdOf(one) === holdOf(note) && one.holder === note.holder));
  const lines = inHand.map((note) => describe(note, billed, ledger));
  say(`SIGKILL to the hub (pid ${hub.pid}). In hand: ${lines.join('; ') || 'nothing'}`);
  await stage.restartHub();
  const downMs = Date.now() - from;
  say(`the hub is started again (pid ${stage.hub().pid}) after ${(downMs / 1000).toFixed(1)} s`);
  return { pid: hub.pid, inHand: lines, rows: inHand.flatMap((note) => rowOf(note, billed) ?? []), holds: inHand.map(holdOf), downMs, missedTarget: missed };
};

const rowOf = ({ invoice }: HubNote, billed: readonly BilledRow[]): number | undefined => billed.find((one) => one.invoice === invoice)?.row;

const describe = (note: HubNote, billed: readonly BilledRow[], ledger: LedgerReport): string => {
  const row = rowOf(note, billed) ?? '?';
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
