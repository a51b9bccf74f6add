import { describe, expect, it } from '@jest/globals';
import { newConnectorCase, type Attempt, type CaseDocument, type OutboxEntry, type Refund, type Signal, type SignalEvent } from '../../cases/index.js';
import type { InvoiceState } from '../../connector-kit/index.js';
import { classify, loadDeclineCatalogue } from '../../declines/index.js';
import { createManualClock } from '../../scheduling/index.js';
import { standardEngine } from '../standard-engine/index.js';
import type { CaseFacts, Effect, Knowledge, TokenInHand, Tools } from './effects.js';
import { nextStep } from './next-step.js';

const catalogue = loadDeclineCatalogue();
const opened = new Date('2026-11-18T12:00:00Z');
const now = new Date('2026-11-19T10:00:00Z');
const leaseMs = 30_000;
const usd = (minor: number) => ({ minor, currency: 'USD' });
const decline = { system: 'test', code: 'generic_decline', reachedNetwork: true };

const announced: OutboxEntry = { id: 'msg_new', kind: 'notification', event: 'recovery.success', body: 'sealed' };
const tools: Tools = {
  clock: createManualClock(now),
  engine: standardEngine,
  classify: (one) => classify(one ?? { system: 'none', code: '', reachedNetwork: 'unknown' }, catalogue),
  explain: { message: (reason) => reason, recommendation: () => '' },
  announce: (_document, { event }) => [{ ...announced, event }],
};

const facts = (over: Partial<CaseFacts> = {}): CaseFacts => ({
  source: 'connector', dunning: 'controllable', leaseMs, openKeys: ['conn/in_1'], standstill: undefined, toldOpen: 'no', respondsToCall: 'no', trigger: 'scheduled_retry',
  policy: { timezone: 'UTC', billingCycleDay: undefined, maxRetries: 5, horizonDays: 35, daysBetween: undefined },
  route: { kind: 'platform', accountId: 'conn', gatewayMode: 'test', protection: { kind: 'single_use_object', absentIsFinalAfterMs: 300_000 }, prepares: 'no', revokes: 'no' },
  ...over,
});
const throughGateway = facts({ route: { kind: 'gateway', accountId: 'acct', gatewayMode: 'test', protection: { kind: 'single_use_object', absentIsFinalAfterMs: 1000 }, prepares: 'yes', revokes: 'yes' } });

const held = { holder: 'me', fence: 3, leaseUntil: new Date(now.getTime() + leaseMs) };
const queued = (over: Partial<CaseDocument> = {}): CaseDocument => ({
  ...newConnectorCase({
    caseId: 'case', clientId: 'client', connectionId: 'conn', platform: 'sample', invoice: { ref: 'in_1' }, amount: usd(4900), decline, mode: 'active', refs: [], tried: [], signalId: 's0', now: opened,
  }),
  ...held, ...over,
});
const attempt = (over: Partial<Attempt> = {}): Attempt => ({
  n: 1, key: 'case-1', route: 'platform', accountId: 'conn', amount: usd(4900), startedAt: new Date(now.getTime() - 3_600_000), sendBefore: new Date(now.getTime() - 3_585_000),
  asks: 0, absentReads: [], notSent: 0, outcome: null, resolved: false, grounds: { strategy: 'platform_collect', rule: 'scheduled', because: '' }, ...over,
});
const open = (over: Partial<Attempt> = {}, document: Partial<CaseDocument> = {}) => queued({ status: 'attempting', due: {}, attempts: [attempt(over)], ...document });
const withoutRight = (): CaseDocument => {
  const document = queued();
  delete document.openKeys;
  return document;
};
const signal = (event: SignalEvent, id = 's1'): Signal => ({ id, at: now, event });
const paidSignal = signal({ type: 'invoice_paid', occurredAt: now, invoice: { ref: 'in_1' } });
const lateSignal = signal({ type: 'attempt_approved', n: 1, outcome: { status: 'approved', gatewayRefs: ['ch_1'], amount: usd(4900), provisional: false } }, 'case-1#2');
const outbox = [{ ...announced, id: 'msg_old' }];
const partly = attempt({ outcome: { status: 'approved', gatewayRefs: ['ch_1'], amount: usd(1000), provisional: false }, resolved: true });
const refund: Refund = { n: 1, why: 'partial_approval', state: 'due', attempt: 1, once: { key: 'k', firstTriedAt: now, ourReference: 'r' } };
const invoice = (state: InvoiceState['state'] = 'open'): Knowledge['invoice'] => ({ status: 'read', at: now, state: { state, due: usd(4900), payments: [], paymentsComplete: true } });
const inHand: TokenInHand = {
  token: { gatewayType: 'sample', gatewayAccountRef: 'a', methodRef: 'pm_1' }, sealed: { sealed: 'v1', gatewayType: 'sample', last4: 'pm_1', cardKey: 'card' }, tried: { methodDigest: 'd' },
};
const tokens: Knowledge['tokens'] = { status: 'found', change: 'same', first: inHand };
const reserved: Knowledge['reserved'] = { n: 1, result: 'reserved', sendBefore: new Date(now.getTime() + leaseMs / 2) };
const approvedOutcome = { n: 1, outcome: { status: 'approved' as const, gatewayRefs: ['ch_1'] as [string], amount: usd(4900), provisional: false }, found: 'by_charging' as const };

const shown = (effect: Effect): string => ('write' in effect ? `${effect.do} ${effect.write.name}` : effect.do);
const first = (document: CaseDocument, known: Partial<Knowledge> = {}) =>
  nextStep(document, { facts: facts(), asked: [], acted: [], deferred: [], ...(known.invoice || known.tokens ? { readAt: document.signalSeq } : {}), ...known }, tools);

describe('the order in hand', () => {
  it.each<[string, CaseDocument, Partial<Knowledge>, string]>([
    // 1: late approvals before all else, then the open attempt
    ['a late approval goes before the open attempt, the outbox and "paid"', open({}, { outbox, signals: [paidSignal, lateSignal], signalSeq: 2 }), {}, 'know'],
    ['a late approval of an attempt closed as absent', queued({ attempts: [attempt({ outcome: { status: 'absent' }, resolved: true })], signals: [lateSignal] }), {}, 'know'],
    ['an open attempt without an answer is asked about before the outbox is relayed', open({}, { outbox }), {}, 'ask'],
    ['an unknown one when it is due', open({ outcome: { status: 'unknown', cause: '', gatewayRefs: [] } }, { status: 'unknown', due: { step: now } }), {}, 'ask'],
    ['an unknown one not before', open({ outcome: { status: 'unknown', cause: '', gatewayRefs: [] } }, { status: 'unknown', due: { step: new Date(now.getTime() + 1) } }), {}, 'release release'],
    ['one never prepared cannot have been charged', open({ route: 'gateway' }), { facts: throughGateway }, 'know'],
    ['one prepared is asked about', open({ route: 'gateway', chargeRef: 'obj' }), { facts: throughGateway }, 'ask'],
    ['one that was not sent is sent again when due: the invoice is read first', open({ outcome: { status: 'not_sent', cause: '' } }, { due: { step: now } }), {}, 'read_invoice'],
    ['then the card is reserved', open({ outcome: { status: 'not_sent', cause: '' } }, { due: { step: now } }), { invoice: invoice() }, 'reserve'],
    ['it waits while a refund is owed', open({ outcome: { status: 'not_sent', cause: '' } }, { due: { step: now }, refunds: [refund] }), { invoice: invoice() }, 'write ask'],
    ['it is not sent any more once consent is withdrawn', open({ outcome: { status: 'not_sent', cause: '' } }, { due: { step: now }, consentRevokedAt: now }), {}, 'know'],
    ['then it is written, before it leaves', open({ outcome: { status: 'not_sent', cause: '' } }, { due: { step: now } }), { invoice: invoice(), reserved }, 'write resend'],
    ['one that was not sent is not sent any more once the invoice is paid', open({ outcome: { status: 'not_sent', cause: '' } }, { due: { step: now } }), { invoice: invoice('paid') }, 'know'],
    // the way of a charge
    ['its row is written: may it be sent', open(), { sending: { n: 1, phase: 'written' } }, 'check_permission'],
    ['it may: it is prepared first', open({ route: 'gateway' }), { facts: throughGateway, sending: { n: 1, phase: 'permitted' } }, 'prepare'],
    ['what was prepared is stored before it is confirmed', open({ route: 'gateway' }), { facts: throughGateway, sending: { n: 1, phase: 'permitted' }, prepared: { n: 1, chargeRef: 'obj' } }, 'write charge-ref'],
    ['then it is charged', open({ route: 'gateway', chargeRef: 'obj' }), { facts: throughGateway, sending: { n: 1, phase: 'permitted' } }, 'charge'],
    ['an answer closes the ledger first', open(), { outcome: { ...approvedOutcome, ledger: 'open' } }, 'close_ledger'],
    ['then the outcome is written', open(), { outcome: { ...approvedOutcome, ledger: 'closed' } }, 'write outcome'],
    ['an unknown answer leaves the ledger', open(), { outcome: { n: 1, outcome: { status: 'unknown', cause: '', gatewayRefs: [] }, ledger: 'open', found: 'by_charging' } }, 'write outcome'],
    ['"already paid" is read before it is believed', open(), { alreadyPaid: { n: 1 } }, 'read_invoice'],
    ['absent once: written down, asked again', open(), { absent: { n: 1 } }, 'write ask'],
    ['absent twice, late enough: an object is revoked', open({ route: 'gateway', chargeRef: 'obj', absentReads: [now] }), { facts: throughGateway, absent: { n: 1 } }, 'know'],
    // 2: the outbox before other signals
    ['the outbox is relayed before "paid" is read', queued({ outbox, signals: [paidSignal], signalSeq: 1 }), {}, 'relay'],
    ['what was relayed is pulled', queued({ outbox, signals: [paidSignal], signalSeq: 1 }), { relayed: ['msg_old'] }, 'write relayed'],
    ['what could not be relayed holds nothing up', queued({ outbox, signals: [paidSignal], signalSeq: 1 }), { relay: 'failed' }, 'read_invoice'],
    // 3: signals before debts and decisions
    ['"paid" is read at the platform before anything is decided', queued({ signals: [paidSignal], signalSeq: 1, due: { step: now, handBack: now } }), {}, 'read_invoice'],
    ['paid: closed', queued({ signals: [paidSignal], signalSeq: 1 }), { invoice: invoice('paid') }, 'write close'],
    ['paid, while a charge is open: kept until that is settled', open({ outcome: { status: 'unknown', cause: '', gatewayRefs: [] } }, { status: 'unknown', due: { step: new Date(now.getTime() + 1) }, signals: [paidSignal], signalSeq: 1 }), {}, 'know'],
    ['a reading made before the signal answers nothing', queued({ signals: [paidSignal], signalSeq: 1 }), { invoice: invoice(), readAt: 0 }, 'know'],
    ['what waits to be read is not decided around', queued({ signals: [paidSignal], signalSeq: 1 }), { deferred: ['s1'], stepAt: new Date(now.getTime() + 60_000) }, 'release release'],
    // 4: debts before decisions
    ['a stop of the platform\'s retries is owed: written down first', queued({ status: 'blocked', due: { handBack: now } }), {}, 'write intend-hand-back'],
    ['then told', queued({ status: 'blocked', due: { handBack: now }, takeOver: { state: 'intended', until: now, sendBefore: now, tries: 1 } }), { handBack: 'intended' }, 'hand_back'],
    ['a settlement is looked for', queued({ status: 'succeeded', due: { settle: now }, settlement: { state: 'recorded', route: 'platform', updatedAt: now, once: { key: 'k', firstTriedAt: now, ourReference: 'r' }, tries: 0 } }), {}, 'read_invoice'],
    // 5: only then the engine, and only after everything was read
    ['a charge is due: the cards are read', queued(), {}, 'read_tokens'],
    ['then the invoice', queued(), { tokens }, 'read_invoice'],
    ['then the card is reserved', queued(), { tokens, invoice: invoice() }, 'reserve'],
    ['then the row is written', queued(), { tokens, invoice: invoice(), reserved }, 'write attempt'],
    ['too little of the lease is left: renewed first', queued({ leaseUntil: new Date(now.getTime() + leaseMs / 2) }), { tokens, invoice: invoice() }, 'renew'],
    ['the right to charge is taken first', withoutRight(), {}, 'write take-right'],
    ['another has the right: not charged', withoutRight(), { right: 'refused' }, 'know'],
    ['nothing while charges stand still', queued(), { facts: facts({ standstill: 'paused' }) }, 'know'],
    ['nothing is charged while a refund is owed', queued({ refunds: [refund], due: { step: now, refund: new Date(now.getTime() + 1) } }), {}, 'know'],
    ['a refund that is due goes first: its next try is written before it leaves', queued({ attempts: [partly], refunds: [refund], due: { step: now, refund: now } }), {}, 'write refunding'],
    ['then it is asked for', queued({ attempts: [partly], refunds: [refund], due: { step: now } }), { refund: { n: 1, status: 'asked' } }, 'refund'],
    ['then its answer is written', queued({ attempts: [partly], refunds: [refund], due: { step: now } }), { refund: { n: 1, status: 'refunded', refundRef: 're' } }, 'write refunded'],
    ['one whose answer was lost waits as was written', queued({ attempts: [partly], refunds: [refund], due: { refund: new Date(now.getTime() + 1) } }), { refund: { n: 1, status: 'unknown', cause: '' } }, 'know'],
    ['paid, whatever the engine wants', queued({ decline: { ...decline, code: 'stolen_card' }, lastDecline: { ...decline, code: 'stolen_card' } }), { invoice: invoice('paid') }, 'write close'],
    ['nothing is due: released', queued({ due: { step: new Date(now.getTime() + 1) } }), {}, 'release release'],
    ['closed and quiet: released', queued({ status: 'failed', due: {} }), {}, 'release release'],
  ])('%s', (_name, document, known, expected) => {
    expect(shown(first(document, known))).toBe(expected);
  });

  it('charges with the sendBefore that was reserved and written, and with nothing else', () => {
    const effect = first(queued(), { tokens, invoice: invoice(), reserved });
    expect(effect).toMatchObject({ do: 'write', write: { update: { $push: { attempts: { n: 1, key: 'case-1', sendBefore: new Date(now.getTime() + leaseMs / 2), amount: usd(4900), outcome: null, resolved: false } } } } });
    expect(JSON.stringify(effect)).not.toContain('methodRef');
  });

  it('writes what an approval owes together with it', () => {
    const effect = first(open({}, { takeOver: { state: 'taken', until: now, sendBefore: now, tries: 1 } }), { outcome: { ...approvedOutcome, ledger: 'closed' } });
    expect(effect).toMatchObject({
      do: 'write', repeat: 'until_durable',
      write: {
        filter: { _id: 'case', fence: 3, holder: 'me' },
        update: {
          $set: { status: 'succeeded', 'attempts.$.resolved': true, 'due.settle': expect.any(Date), 'due.handBack': now, 'due.relay': now, settlement: { state: 'recorded' } },
          $addToSet: { refs: { $each: ['ch_1'] } },
          $push: { outbox: { $each: [announced] } },
        },
      },
    });
    expect(effect.do === 'write' && 'signalSeq' in effect.write.filter).toBe(false);
  });

  it('closes only with every signal seen', () => {
    const effect = first(queued({ signalSeq: 7, lastDecline: { ...decline, code: 'stolen_card' } }));
    expect(effect).toMatchObject({ do: 'write', write: { name: 'close', filter: { signalSeq: 7, status: 'queued', fence: 3 }, update: { $set: { status: 'blocked', 'due.handBack': now, 'due.relay': now }, $unset: { openKeys: '' } } } });
  });
});
