import type { RawDecline } from '../connector-kit/index.js';
import type { CaseDocument, Ended, RawDeclineSeen, Settlement } from './case.model.js';
import type { CaseWrite } from './case-write.js';
import { assertLegal, held, owing, pushing, unset, type Owed } from './held.js';

/** The end of a case that no approval of ours brings. Matches only if every signal was seen. */
export const close = (document: CaseDocument, facts: {
  readonly status: 'failed' | 'blocked' | 'cancelled' | 'succeeded'; readonly ended: Ended; readonly owed: Owed; readonly signalIds: readonly string[];
  readonly settlement?: Settlement; readonly reason?: string; readonly openKeys?: readonly string[]; /** When it reopens itself. */ readonly laterRetryAt?: Date;
}): CaseWrite => {
  assertLegal(document.status, facts.status);
  return {
    name: 'close',
    filter: { ...held(document), status: document.status, signalSeq: document.signalSeq },
    update: {
      $set: {
        status: facts.status, ended: facts.ended, strikes: 0,
        ...(facts.reason === undefined ? {} : { lastReason: facts.reason }),
        ...(facts.settlement ? { settlement: facts.settlement, ...(facts.settlement.reversal?.state === 'due' ? { 'due.settle': facts.owed.now } : {}) } : {}),
        ...(facts.openKeys ? { openKeys: [...facts.openKeys] } : {}),
        ...(facts.laterRetryAt ? { laterRetry: { state: 'owed' as const, dueAt: facts.laterRetryAt }, 'due.step': facts.laterRetryAt } : {}),
        ...owing(facts.owed),
      },
      ...unset(...(facts.laterRetryAt ? [] : ['due.step']), 'prompt', ...(facts.status === 'succeeded' ? [] : ['openKeys'])),
      ...(facts.owed.outbox.length > 0 ? { $push: pushing(facts.owed) } : {}),
      $pull: { signals: { id: { $in: [...facts.signalIds] } } },
    },
  };
};

const weekMs = 7 * 86_400_000;

/** Taken over again before it is charged, and its return owed at the end of that, whatever becomes of the charge. */
const takenAgain = ({ takeOver }: CaseDocument, stepAt: Date) =>
  (takeOver ? { 'takeOver.state': 'intended' as const, 'due.handBack': new Date(Math.max(takeOver.until.getTime(), stepAt.getTime() + weekMs)) } : {});

/** A closed case is worked on again: it takes back the right to charge. What prompts it: a changed card or a person, a day's rest, or that we may charge now. */
export const reopen = (document: CaseDocument, facts: {
  readonly openKeys: readonly string[]; readonly stepAt: Date; readonly signalIds: readonly string[];
  readonly prompt?: NonNullable<CaseDocument['prompt']>; readonly laterRetry?: 'now'; readonly revived?: { readonly mode: CaseDocument['mode']; readonly at: Date; readonly seen?: RawDeclineSeen };
}): CaseWrite => {
  const { revived } = facts;
  assertLegal(document.status, 'queued');
  return {
    name: 'reopen',
    filter: { ...held(document), status: document.status, signalSeq: document.signalSeq },
    update: {
      $set: {
        status: 'queued', 'due.step': facts.stepAt, watched: true,
        ...(facts.prompt ? { prompt: facts.prompt } : {}),
        ...(facts.laterRetry ? { 'laterRetry.state': facts.laterRetry } : {}),
        ...(revived ? { mode: revived.mode, revivedAt: revived.at } : {}),
        ...(revived?.seen ? { lastDecline: revived.seen.decline, lastReason: revived.seen.reason } : {}),
        ...(facts.openKeys.length > 0 ? { openKeys: [...facts.openKeys] } : {}),
        ...takenAgain(document, facts.stepAt),
      },
      $inc: { promptRetries: facts.prompt === 'card_update' ? 1 : 0 },
      $pull: { signals: { id: { $in: [...facts.signalIds] } } },
    },
  };
};

/** An open case answers a changed card next. */
export const promptRetry = (document: CaseDocument, signalIds: readonly string[], stepAt: Date): CaseWrite => ({
  name: 'prompt-retry',
  filter: { ...held(document), status: 'queued', signalSeq: document.signalSeq },
  update: { $set: { prompt: 'card_update', 'due.step': stepAt }, $inc: { promptRetries: 1 }, $pull: { signals: { id: { $in: [...signalIds] } } } },
});

/** The platform's own try brought a decline that changes the plan: it is decided anew. */
export const platformDecline = (document: CaseDocument, last: { readonly decline: RawDecline; readonly reason: string }, stepAt: Date): CaseWrite => ({
  name: 'platform-decline',
  filter: { ...held(document), status: 'queued' },
  update: { $set: { lastDecline: last.decline, lastReason: last.reason, 'due.step': stepAt }, ...unset('prompt') },
});

/** Takes the right to charge a debt; a duplicate key means another case has it. */
export const takeRight = (document: CaseDocument, openKeys: readonly string[]): CaseWrite => ({
  name: 'take-right', filter: held(document), update: { $set: { openKeys: [...openKeys] } },
});

/** The right to charge the debt is another's: a closed case does not reopen itself for it. */
export const laterRetryOver = (document: CaseDocument): CaseWrite => ({
  name: 'later-retry-over', filter: { ...held(document), status: document.status }, update: { $set: { 'laterRetry.state': 'used' }, ...unset('due.step') },
});

/** Consent was withdrawn: kept, whatever becomes of the case. */
export const consentRevoked = (document: CaseDocument, at: Date): CaseWrite => ({
  name: 'consent-revoked', filter: held(document), update: { $set: { consentRevokedAt: at } },
});

/** An open case goes on in the mode its connection has now. */
export const remode = (document: CaseDocument, mode: CaseDocument['mode'], stepAt: Date, signalId: string): CaseWrite => ({
  name: 'remode', filter: { ...held(document), status: 'queued' }, update: { $set: { mode, 'due.step': stepAt }, $pull: { signals: { id: signalId } } },
});
