import type { AttemptOutcome, CaseDocument, CaseWrite, Signal } from '../../cases/index.js';
import type { CaseFacts, Effect, Knowledge } from './effects.js';

/** A case in hand: as it was last read, and what the hold has learnt so far. */
export interface Hold { readonly document: CaseDocument; readonly knowledge: Knowledge }

/** The hold of a case just claimed. `brought`: what its caller has done already. */
export const beginHold = (document: CaseDocument, facts: CaseFacts, brought: Partial<Knowledge> = {}): Hold =>
  ({ document, knowledge: { facts, asked: [], acted: [], deferred: [], ...brought } });

/** The hold after something was learnt. */
export const learnt = ({ document, knowledge }: Hold, after: Partial<Knowledge> | undefined): Hold => ({ document, knowledge: { ...knowledge, ...after } });

/** Whether an effect is still performed by a holder that has heard its lease is gone: only what stores a fact already known, and nothing that loosens a card. */
export const isDoneWhenLost = (effect: Effect): boolean => effect.do === 'write' || (effect.do === 'close_ledger' && effect.result === 'sent');

type Writing = Extract<Effect, { write: CaseWrite }>;

/** The case that has the right to charge the debt. */
export type Rival = Pick<CaseDocument, '_id' | 'status' | 'opened'>;

/** The answer to a write; `unmatched` carries the case as it was read again after it. */
export type WriteAnswer =
  | { readonly status: 'written'; readonly document: CaseDocument }
  | { readonly status: 'duplicate'; readonly rival?: Rival | undefined }
  | { readonly status: 'unmatched'; readonly now: CaseDocument | null };

/** Where a hold stands after a write. `again`: nothing was written, but the case is still ours: it is decided anew. */
export type AfterWrite =
  | { readonly status: 'written' | 'again' | 'duplicate'; readonly hold: Hold }
  | { readonly status: 'released'; readonly document: CaseDocument }
  | { readonly status: 'lost' };

/** What follows from the answer to a write. One that did not match is believed lost only after the case was read again. */
export const afterWrite = (hold: Hold, effect: Writing, answer: WriteAnswer): AfterWrite => {
  switch (answer.status) {
    case 'written': return written(hold, effect, answer.document);
    case 'duplicate': return { status: 'duplicate', hold: learnt(hold, { right: 'refused', rival: answer.rival }) };
    case 'unmatched': {
      const { now } = answer;
      if (!now || now.holder !== hold.document.holder || now.fence !== hold.document.fence) return { status: 'lost' };
      // an outcome that another try of the same write has already made durable is found written: it goes on from there
      if (isDurable(effect) && isWritten(now, hold.knowledge)) return written(hold, effect, now);
      return { status: 'again', hold: { document: now, knowledge: { ...hold.knowledge, decided: undefined, stepAt: undefined } } };
    }
  }
};

/** Whether the write is repeated until it is known to be stored. */
export const isDurable = (effect: Writing): boolean => effect.do === 'write' && effect.repeat === 'until_durable';

const written = (hold: Hold, effect: Writing, document: CaseDocument): AfterWrite => (effect.do === 'release'
  ? { status: 'released', document }
  : { status: 'written', hold: learnt({ ...hold, document }, effect.after) });

const isWritten = (document: CaseDocument, knowledge: Knowledge): boolean => {
  const attempt = document.attempts.find((one) => one.n === knowledge.outcome?.n);
  return attempt !== undefined && attempt.outcome?.status === knowledge.outcome?.outcome.status;
};

/** What a holder that lost its case must still say: an approval, and nothing else. Everything else is found by asking. */
export const lastWords = ({ document, knowledge }: Hold): Pick<Signal, 'id' | 'event'> | undefined => {
  const known = knowledge.outcome;
  if (!known || !isApproval(known.outcome)) return undefined;
  const key = document.attempts.find((attempt) => attempt.n === known.n)?.key ?? document._id;
  return { id: `${key}#${document.fence}`, event: { type: 'attempt_approved', n: known.n, outcome: known.outcome } };
};

const isApproval = (outcome: AttemptOutcome): outcome is Extract<AttemptOutcome, { status: 'approved' }> => outcome.status === 'approved';
