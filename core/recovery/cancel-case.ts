import { ulid } from 'ulid';
import { viewCase, type CaseDocument } from '../cases/index.js';
import type { RecoveryPorts } from './ports.js';
import type { CancelResult } from './recovery.js';
import { runHeld } from './run-held.js';

const waitMs = 5000;
const pollMs = 50;

const refusal = (document: CaseDocument): string => {
  switch (document.status) {
    case 'succeeded': return 'The payment has been recovered and cannot be cancelled.';
    case 'attempting': return 'A charge is in flight; try again once its outcome is known.';
    case 'unknown': return 'A charge is not confirmed yet; try again once its outcome is known.';
    case 'queued':
    case 'failed':
    case 'blocked':
    case 'cancelled': return 'The case is being worked on (in_progress); try again in a moment.';
  }
};

const putOff = 'The case cannot be worked on now. The cancellation is kept and done when it can; ask for the status later.';

const parked = 'The case is put aside until an operator has looked at it. The cancellation is kept and done then; ask for the status later.';

/** Cancels a case on the merchant's word: at once when it is free, else by whoever holds it, within 5 s. */
export const cancelCase = async (document: CaseDocument, ports: RecoveryPorts): Promise<CancelResult> => {
  if (document.status === 'cancelled') return { status: 'cancelled', view: viewCase(document) };
  if (document.status === 'succeeded' || document.status === 'unknown' || document.status === 'attempting') return { status: 'conflict', message: refusal(document) };
  const format: number = document.v;
  if (format !== 1) return { status: 'conflict', message: 'The case was written by a newer version of the hub, which works on it; try again in a moment.' };
  const id = `cancel#${ulid()}`;
  await ports.cases.signal(document._id, id, { type: 'cancel', by: 'merchant' });
  const until = performance.now() + waitMs;
  for (;;) {
    const claimed = await ports.cases.claim(document._id);
    const ended = claimed ? await runHeld(claimed, ports, { call: { respondsToCall: 'yes', opens: 'no' } }) : undefined;
    const seen = ended?.document ?? await ports.cases.find(document._id);
    if (!seen) return { status: 'not_found' };
    if (seen.status === 'cancelled') return { status: 'cancelled', view: viewCase(seen) };
    if (seen.parkedAt !== undefined) return { status: 'conflict', message: parked };
    if (ended?.end === 'put_off') return { status: 'conflict', message: putOff };
    const read = !seen.signals.some((signal) => signal.id === id);
    if (read || performance.now() > until) return { status: 'conflict', message: refusal(seen) };
    await new Promise((resolve) => { setTimeout(resolve, pollMs); });
  }
};
