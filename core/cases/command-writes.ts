import type { CaseDocument, Command, CommandAnswer, Refund, Settlement } from './case.model.js';
import type { CaseWrite } from './case-write.js';
import { held } from './held.js';
import { signal } from './writes.js';

const keptAnswers = 16;

/** An operator's signal to a case that was put aside: it is taken up again by the same write, so that no process works on it before it is told. */
export const takeUp = (facts: { readonly caseId: string; readonly id: string; readonly event: Command; readonly now: Date }): CaseWrite => {
  const { filter, update } = signal(facts);
  return {
    name: 'take-up',
    filter: { ...filter, parkedAt: { $exists: true }, holder: null },
    update: { ...update, $set: { strikes: 0 }, $unset: { parkedAt: '' } },
  };
};

/** The same write with the answer to a command; the write itself pulls its signal. */
export const withAnswer = (write: CaseWrite, answer: CommandAnswer): CaseWrite => ({
  ...write,
  update: { ...write.update, $push: { ...write.update.$push, commands: { $each: [answer], $slice: -keptAnswers } } },
});

/** A command is answered, and nothing else changes. */
export const answered = (document: CaseDocument, answer: CommandAnswer): CaseWrite => withAnswer({
  name: 'answered', filter: held(document), update: { $pull: { signals: { id: answer.id } } },
}, answer);

/** An open case is charged next because a person asked for it. */
export const manualRetry = (document: CaseDocument, answer: CommandAnswer): CaseWrite => withAnswer({
  name: 'manual-retry',
  filter: { ...held(document), status: 'queued', signalSeq: document.signalSeq },
  update: { $set: { prompt: document.prompt ?? 'manual_retry', 'due.step': answer.at }, $pull: { signals: { id: answer.id } } },
}, answer);

/** The charge the case was opened with took no money: it may be made now. */
export const earlierChargeAbsent = (document: CaseDocument, answer: CommandAnswer): CaseWrite => withAnswer({
  name: 'earlier-charge-absent',
  filter: { ...held(document), status: document.status, signalSeq: document.signalSeq },
  update: { $set: { status: 'queued', earlierCharge: 'absent', 'due.step': answer.at }, $pull: { signals: { id: answer.id } } },
}, answer);

/** A payment is owed back. */
export const oweRefund = (document: CaseDocument, refund: Refund, answer: CommandAnswer): CaseWrite => withAnswer({
  name: 'owe-refund',
  filter: { ...held(document), 'refunds.n': { $ne: refund.n } },
  update: { $push: { refunds: refund }, $set: { 'due.refund': answer.at }, $pull: { signals: { id: answer.id } } },
}, answer);

/** The settlement is tried from the beginning. */
export const settleNow = (document: CaseDocument, settlement: Settlement, answer: CommandAnswer): CaseWrite => withAnswer({
  name: 'settle-now', filter: held(document), update: { $set: { settlement, 'due.settle': answer.at }, $pull: { signals: { id: answer.id } } },
}, answer);

/** The platform's retries are returned next. */
export const handBackNow = (document: CaseDocument, answer: CommandAnswer): CaseWrite => withAnswer({
  name: 'hand-back-now', filter: held(document), update: { $set: { 'due.handBack': answer.at }, $pull: { signals: { id: answer.id } } },
}, answer);
