import type { RawDecline } from '../connector-kit/index.js';
import type { Attempt, AttemptOutcome, CaseDocument, CaseStatus, Ended, Settlement, TriedCard } from './case.model.js';
import type { CaseWrite } from './case-write.js';
import { assertLegal, held, owing, pushing, unset, type Owed } from './held.js';
import { withoutToken } from './without-token.js';

/** The attempt, written before anything is sent. */
export const attempt = (document: CaseDocument, row: Attempt, tried: TriedCard | undefined): CaseWrite => {
  assertLegal(document.status, 'attempting');
  return {
    name: 'attempt',
    filter: { ...held(document), status: document.status, 'attempts.n': { $ne: row.n } },
    update: {
      $push: { attempts: row, refs: row.key, ...(tried ? { tried: { ...tried, n: row.n } } : {}) },
      $set: { status: 'attempting' },
      ...unset('due.step'),
    },
  };
};

/** What `prepare` made at the gateway, stored before the charge confirms it. */
export const chargeRef = (document: CaseDocument, n: number, ref: string): CaseWrite => ({
  name: 'charge-ref',
  filter: { ...held(document), attempts: { $elemMatch: { n, resolved: false } } },
  update: { $set: { 'attempts.$.chargeRef': ref }, $addToSet: { refs: ref } },
});

/** An ask that found nothing final. */
export const ask = (document: CaseDocument, n: number, facts: { readonly asks: number; readonly absentReads: readonly Date[]; readonly stepAt: Date; readonly status: CaseStatus }): CaseWrite => {
  if (facts.status !== document.status) assertLegal(document.status, facts.status);
  return {
    name: 'ask',
    filter: { ...held(document), attempts: { $elemMatch: { n, resolved: false } } },
    update: { $set: { 'attempts.$.asks': facts.asks, 'attempts.$.absentReads': [...facts.absentReads], 'due.step': facts.stepAt, status: facts.status } },
  };
};

/** The same attempt is sent again under a new `sendBefore`. */
export const resend = (document: CaseDocument, n: number, sendBefore: Date): CaseWrite => ({
  name: 'resend',
  filter: { ...held(document), attempts: { $elemMatch: { n, resolved: false } } },
  update: { $set: { 'attempts.$.sendBefore': sendBefore, 'attempts.$.absentReads': [], 'attempts.$.outcome': null }, ...unset('due.step') },
});

/** What an outcome changes besides the attempt itself. */
export interface OutcomeFacts {
  readonly n: number;
  readonly outcome: AttemptOutcome;
  readonly resolution: 'resolved' | 'open';
  readonly notSent: number;
  readonly status: CaseStatus;
  readonly refs: readonly string[];
  readonly stepAt?: Date;
  readonly lastDecline?: { readonly decline: RawDecline; readonly reason: string };
  readonly approval?: { readonly ended: Ended; readonly settlement: Settlement; readonly settleAt?: Date; readonly openKeys?: readonly string[] };
  readonly owed: Owed;
  readonly refund?: CaseDocument['refunds'][number];
  /** When an attempt that was closed as absent is asked about once more. */
  readonly watchAt?: Date;
  readonly signalIds?: readonly string[];
}

/** Whether an attempt ended without the card having been asked: a changed card is then still to be charged. */
const leftCardUntried = ({ outcome, resolution }: OutcomeFacts): boolean =>
  resolution === 'resolved' && (outcome.status === 'absent' || outcome.status === 'revoked' || outcome.status === 'not_sent');

/** The outcome with everything an approval owes, in one write. A fact: held back by no signal. */
export const outcome = (document: CaseDocument, facts: OutcomeFacts): CaseWrite => {
  // an approval that comes after its attempt was closed is a fact from whatever state: the money was taken
  const closed = document.attempts.some((one) => one.n === facts.n && one.resolved);
  if (facts.status !== document.status && !closed) assertLegal(document.status, facts.status);
  const approval = facts.approval;
  const untried = leftCardUntried(facts);
  // tried, or given up as nobody could be reached: a person's wish and the one later try are used up
  const over = facts.resolution === 'resolved' && (!untried || (facts.outcome.status === 'not_sent' && document.prompt !== 'card_update'));
  const pulled = {
    ...(facts.signalIds && facts.signalIds.length > 0 ? { signals: { id: { $in: [...facts.signalIds] } } } : {}),
    ...(untried ? { tried: { n: facts.n } } : {}),
  };
  const pushed = { ...pushing(facts.owed), ...(facts.refund ? { refunds: facts.refund } : {}) };
  return {
    name: 'outcome',
    filter: { ...held(document), attempts: { $elemMatch: { n: facts.n, ...(closed ? { 'outcome.status': { $ne: facts.outcome.status } } : { resolved: false }) } } },
    update: {
      $set: {
        'attempts.$.outcome': withoutToken(facts.outcome),
        'attempts.$.resolved': facts.resolution === 'resolved',
        'attempts.$.notSent': facts.notSent,
        // only reads in a row agree: whatever else was answered undoes an earlier absent
        ...(facts.resolution === 'open' ? { 'attempts.$.absentReads': [] } : {}),
        status: facts.status,
        strikes: 0,
        ...(facts.stepAt ? { 'due.step': facts.stepAt } : {}),
        ...(facts.lastDecline ? { lastDecline: facts.lastDecline.decline, lastReason: facts.lastDecline.reason, 'attempts.$.reason': facts.lastDecline.reason } : {}),
        ...(approval ? { ended: approval.ended, settlement: approval.settlement } : {}),
        ...(approval?.openKeys ? { openKeys: [...approval.openKeys] } : {}),
        ...(approval?.settleAt ? { 'due.settle': approval.settleAt } : {}),
        // one that is under way keeps its time: this one follows it
        ...(facts.refund && document.due.refund === undefined ? { 'due.refund': facts.owed.now } : {}),
        ...(over && document.laterRetry?.state === 'now' ? { 'laterRetry.state': 'used' as const } : {}),
        ...(facts.watchAt ? { 'attempts.$.watchAt': facts.watchAt, 'due.watch': facts.watchAt } : {}),
        ...owing(facts.owed),
      },
      ...unset(...(facts.stepAt ? [] : ['due.step']), ...(closed ? ['attempts.$.watchAt'] : []), ...(over ? ['prompt'] : [])),
      ...(facts.refs.length > 0 ? { $addToSet: { refs: { $each: [...facts.refs] } } } : {}),
      ...(Object.keys(pushed).length > 0 ? { $push: pushed } : {}),
      ...(Object.keys(pulled).length > 0 ? { $pull: pulled } : {}),
    },
  };
};

/** An attempt closed as absent was asked about once more; `watchAt` undefined: for the last time. */
export const watched = (document: CaseDocument, n: number, facts: { readonly watches: number; readonly watchAt?: Date }): CaseWrite => ({
  name: 'watched',
  filter: { ...held(document), attempts: { $elemMatch: { n } } },
  update: {
    $set: { 'attempts.$.watches': facts.watches, ...(facts.watchAt ? { 'attempts.$.watchAt': facts.watchAt } : {}) },
    ...unset(...(facts.watchAt ? [] : ['attempts.$.watchAt'])),
  },
});
