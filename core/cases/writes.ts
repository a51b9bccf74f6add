import type { RawDecline } from '../connector-kit/index.js';
import type { Attempt, AttemptOutcome, CaseDocument, CaseStatus, DueTimes, Ended, OutboxEntry, Plan, Settlement, SignalEvent, TakeOver, TriedCard } from './case.model.js';
import type { CaseWrite } from './case-write.js';
import { isLegal } from './transitions.js';
import { withoutToken } from './without-token.js';

/** The hold a write is made under: it matches only while nobody has claimed the case since. */
const held = (document: CaseDocument) => ({ _id: document._id, fence: document.fence, holder: document.holder });

/** MongoDB before 5 refuses an empty operator, so there is none where nothing is unset. */
const unset = (...names: readonly string[]) => (names.length === 0 ? {} : { $unset: Object.fromEntries(names.map((name) => [name, '' as const])) });

const assertLegal = (from: CaseStatus, to: CaseStatus) => {
  if (!isLegal(from, to)) throw new Error(`A case may not move from ${from} to ${to}`);
};

/** What a final transition owes besides its status: the event and the hand-back. Hub time. */
export interface Owed { readonly outbox: readonly OutboxEntry[]; readonly handBackAt?: Date; readonly now: Date }

const owing = (owed: Owed) => ({
  ...(owed.outbox.length > 0 ? { 'due.relay': owed.now } : {}),
  ...(owed.handBackAt ? { 'due.handBack': owed.handBackAt } : {}),
});

const pushing = (owed: Owed) => (owed.outbox.length > 0 ? { outbox: { $each: [...owed.outbox] } } : {});

/** Names no chargeable token. */
const atRest = (event: SignalEvent): SignalEvent =>
  (event.type === 'attempt_approved' ? { ...event, outcome: withoutToken(event.outcome) } : withoutToken(event));

/** A signal with its wake, by anyone, without a lease. The same id twice is one signal: among the last 64, and as long as it is unread. */
export const signal = (facts: { readonly caseId: string; readonly id: string; readonly event: SignalEvent; readonly now: Date }): CaseWrite => ({
  name: 'signal',
  filter: { _id: facts.caseId, v: 1, applied: { $ne: facts.id }, 'signals.id': { $ne: facts.id } },
  update: {
    $push: { signals: { id: facts.id, at: facts.now, event: atRest(facts.event) }, applied: { $each: [facts.id], $slice: -64 } },
    $inc: { signalSeq: 1 },
    $min: { nextAt: facts.now },
  },
});

/** The holder says it is still there. */
export const renew = (document: CaseDocument, lease: { readonly leaseUntil: Date; readonly nextAt: Date }): CaseWrite => ({
  name: 'renew', filter: held(document), update: { $set: lease },
});

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
  update: { $set: { 'attempts.$.chargeRef': ref }, $push: { refs: ref } },
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
  const pulled = {
    ...(facts.signalIds && facts.signalIds.length > 0 ? { signals: { id: { $in: [...facts.signalIds] } } } : {}),
    ...(untried ? { tried: { n: facts.n } } : {}),
  };
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
        ...owing(facts.owed),
      },
      ...unset(...(facts.stepAt ? [] : ['due.step']), ...(facts.resolution === 'resolved' && !untried ? ['prompt'] : [])),
      $push: { refs: { $each: [...facts.refs] }, ...pushing(facts.owed), ...(facts.refund ? { refunds: facts.refund } : {}) },
      ...(Object.keys(pulled).length > 0 ? { $pull: pulled } : {}),
    },
  };
};

/** The end of a case that no approval of ours brings. Matches only if every signal was seen. */
export const close = (document: CaseDocument, facts: {
  readonly status: 'failed' | 'blocked' | 'cancelled' | 'succeeded'; readonly ended: Ended; readonly owed: Owed; readonly signalIds: readonly string[];
  readonly settlement?: Settlement; readonly reason?: string; readonly openKeys?: readonly string[];
}): CaseWrite => {
  assertLegal(document.status, facts.status);
  return {
    name: 'close',
    filter: { ...held(document), status: document.status, signalSeq: document.signalSeq },
    update: {
      $set: {
        status: facts.status, ended: facts.ended, strikes: 0,
        ...(facts.reason === undefined ? {} : { lastReason: facts.reason }),
        ...(facts.settlement ? { settlement: facts.settlement } : {}),
        ...(facts.openKeys ? { openKeys: [...facts.openKeys] } : {}),
        ...owing(facts.owed),
      },
      ...unset('due.step', 'prompt', ...(facts.status === 'succeeded' ? [] : ['openKeys'])),
      ...(facts.owed.outbox.length > 0 ? { $push: pushing(facts.owed) } : {}),
      $pull: { signals: { id: { $in: [...facts.signalIds] } } },
    },
  };
};

/** A closed case is worked on again: it takes back the right to charge. */
export const reopen = (document: CaseDocument, facts: { readonly openKeys: readonly string[]; readonly prompt: NonNullable<CaseDocument['prompt']>; readonly stepAt: Date; readonly signalIds: readonly string[] }): CaseWrite => {
  assertLegal(document.status, 'queued');
  return {
    name: 'reopen',
    filter: { ...held(document), status: document.status, signalSeq: document.signalSeq },
    update: {
      $set: {
        status: 'queued', prompt: facts.prompt, 'due.step': facts.stepAt,
        ...(facts.openKeys.length > 0 ? { openKeys: [...facts.openKeys] } : {}),
        ...(document.takeOver ? { 'takeOver.state': 'intended' as const } : {}),
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

/** A call about the platform's own retries is about to leave. */
export const intendTakeOver = (document: CaseDocument, takeOver: TakeOver, handBackAt: Date): CaseWrite => ({
  name: 'intend', filter: held(document), update: { $set: { takeOver, 'due.handBack': handBackAt } },
});

/** The platform's retries are stopped or returned. */
export const handedBack = (document: CaseDocument): CaseWrite => ({
  name: 'handed-back', filter: held(document), update: { $set: { 'takeOver.state': 'handed_back' }, ...unset('due.handBack') },
});

/** The platform did not take it: tried again at a hub time. */
export const handBackLater = (document: CaseDocument, at: Date): CaseWrite => ({
  name: 'hand-back-later', filter: held(document), update: { $set: { 'due.handBack': at } },
});

/** The settlement's newest state; `nextAt` undefined: nothing of it is owed any more. A debt given back whole may be charged again by another case. */
export const settled = (document: CaseDocument, settlement: Settlement, nextAt: Date | undefined, right: 'kept' | 'given_up' = 'kept'): CaseWrite => ({
  name: 'settled',
  filter: held(document),
  update: { $set: { settlement, ...(nextAt ? { 'due.settle': nextAt } : {}) }, ...unset(...(nextAt ? [] : ['due.settle']), ...(right === 'given_up' ? ['openKeys'] : [])) },
});

/** What was relayed leaves the outbox. */
export const relayed = (document: CaseDocument, ids: readonly string[]): CaseWrite => ({
  name: 'relayed',
  filter: held(document),
  update: {
    $pull: { outbox: { id: { $in: [...ids] } } },
    ...(document.outbox.every((entry) => ids.includes(entry.id)) ? unset('due.relay') : {}),
  },
});

/** Gives the case up to whoever is due next. Matches only if every signal was seen. */
export const release = (document: CaseDocument, facts: { readonly due: DueTimes; readonly plan?: Plan; readonly signalIds: readonly string[]; readonly reason?: string; readonly watched: CaseDocument['watched'] }): CaseWrite => {
  const times = Object.values(facts.due).filter((at): at is Date => at instanceof Date);
  const earliest = times.length > 0 ? new Date(Math.min(...times.map((at) => at.getTime()))) : undefined;
  return {
    name: 'release',
    filter: { ...held(document), signalSeq: document.signalSeq },
    update: {
      $set: {
        holder: null, due: facts.due, strikes: 0, watched: facts.watched,
        ...(facts.plan ? { plan: facts.plan } : {}),
        ...(facts.reason === undefined ? {} : { lastReason: facts.reason }),
        ...(earliest ? { nextAt: earliest } : {}),
      },
      ...unset('leaseUntil', 'parkedAt', ...(earliest ? [] : ['nextAt'])),
      $pull: { signals: { id: { $in: [...facts.signalIds] } } },
    },
  };
};

/** A case five processes died with is put aside for an operator. */
export const park = (document: CaseDocument, now: Date): CaseWrite => ({
  name: 'park', filter: held(document), update: { $set: { parkedAt: now, holder: null }, ...unset('nextAt', 'leaseUntil') },
});
