import type { Evidence, LawNumber, MoneyRequest, MoneyTaken, StoredAttempt, StoredCase } from './evidence.js';

/** A world with one thing wrong that its law must object to. */
export interface PlantedWorld { readonly law: LawNumber; readonly what: string; readonly evidence: Evidence }

const start = Date.parse('2026-11-20T10:00:00Z');
/** Seconds after the world began; both clocks go alike in it. */
const at = (seconds: number): Date => new Date(start + seconds * 1000);
const euros = (minor: number) => ({ minor, currency: 'EUR' });

const attempt: StoredAttempt = {
  n: 1, key: 'case1-1', route: 'gateway', chargeRef: 'object1', amount: euros(4900), startedAt: at(1), sendBefore: at(3), outcome: { status: 'approved', amount: euros(4900) }, resolved: true,
};

const stored: StoredCase = {
  _id: 'case1', status: 'succeeded', opened: euros(4900), mode: 'active', simulated: false, invoice: { ref: 'invoice1' }, attempts: [attempt], due: {}, signals: [],
  settlement: { state: 'recorded' }, takeOver: { state: 'handed_back' }, refunds: [], outbox: [],
};

const request: MoneyRequest = {
  ledger: 'gateway', requestId: 'request1', debtId: 'card1/4900/EUR', card: 'card1', network: 'visa', key: 'case1-1', keyProtects: true, objectRef: 'object1',
  begunAt: at(2), hubBegunAt: at(2), decidedAt: at(2.2), result: 'succeeded', replayed: false, objection: null,
};

const taken: MoneyTaken = {
  ledger: 'gateway', debtId: 'card1/4900/EUR', at: at(2.1), by: 'us', requestId: 'request1', key: 'case1-1', chargeRef: 'charge1', amount: 4900, currency: 'EUR',
};

const received = { id: 'msg_1', digest: 'd1', event: 'recovery.success', caseId: 'case1', at: at(5), answered: 204 };
const notification = { _id: 'msg_1', caseId: 'case1', event: 'recovery.success', state: 'delivered' };

/** A world in which everything went as it should: one debt, one charge, one event. No law objects to it. */
export const soundWorld: Evidence = {
  requests: [request],
  taken: [taken],
  returned: [],
  invoices: [{ ref: 'invoice1', status: 'paid', autoAdvance: false }],
  acknowledged: [{ deliveryId: 'evt_1' }],
  received: [received],
  cases: [stored],
  notifications: [notification],
  deliveries: [{ _id: 'delivery1', deliveryId: 'evt_1', state: 'understood' }],
  cards: [{ _id: 'client|card1', tries: [{ key: 'case1-1', state: 'sent', at: at(1) }], open: null }],
  world: { leaseMs: 3000, absentIsFinalAfterMs: 3000, poison: [], replayed: [], reopened: {}, unwanted: [] },
};

const world = (change: Partial<Evidence>): Evidence => ({ ...soundWorld, ...change });
const withCase = (change: Partial<StoredCase>): Partial<Evidence> => ({ cases: [{ ...stored, ...change }] });

const again: MoneyRequest = { ...request, requestId: 'request2', key: 'case1-2', objectRef: null, begunAt: at(20), hubBegunAt: at(20), decidedAt: at(20.2) };
const secondRow: StoredAttempt = { ...attempt, n: 2, key: 'case1-2', startedAt: at(19), sendBefore: at(22) };
const two = withCase({ attempts: [attempt, secondRow] });
const { settlement: _settled, ...unsettled } = stored;
const returned = { ledger: 'gateway', chargeRef: 'charge1', key: 'refund1', amount: 4900, at: at(9) };
const duplicate = { n: 1, why: 'duplicate', state: 'refunded', once: { key: 'refund1' } };
const declined = { ...request, result: 'declined' as const, objection: null };

/** One world per way of breaking a law that we know. */
export const plantedWorlds: readonly PlantedWorld[] = [
  { law: 1, what: 'money taken twice', evidence: world({ ...two, requests: [request, again], taken: [taken, { ...taken, requestId: 'request2', key: 'case1-2', at: at(20.1), chargeRef: 'charge2' }] }) },
  { law: 1, what: 'a second request after a success, refused by the fake', evidence: world({ ...two, requests: [request, { ...again, result: 'refused' }] }) },
  {
    law: 1, what: 'a second request while the first is open',
    evidence: world({ ...two, requests: [{ ...request, decidedAt: at(30) }, { ...again, result: 'declined' }], taken: [{ ...taken, at: at(29) }] }),
  },
  { law: 1, what: 'what the fake alone has seen', evidence: world({ requests: [{ ...request, objection: 'while_another_is_open' }] }) },
  {
    law: 1, what: 'one debt charged at two gateways',
    evidence: world({ ...two, requests: [request, { ...again, ledger: 'other', debtId: 'x', card: 'y' }], taken: [taken, { ...taken, ledger: 'other', debtId: 'x', requestId: 'request2', key: 'case1-2', at: at(20.1) }] }),
  },
  { law: 2, what: 'a request without a row', evidence: world({ requests: [{ ...request, key: 'case1-7' }] }) },
  { law: 2, what: 'a row written after its request', evidence: world(withCase({ attempts: [{ ...attempt, startedAt: at(2.5) }] })) },
  { law: 2, what: 'a request after the time its row allows', evidence: world(withCase({ attempts: [{ ...attempt, startedAt: at(-90), sendBefore: at(-60) }] })) },
  { law: 2, what: 'an object confirmed before its row names it', evidence: world(withCase({ attempts: [{ ...attempt, chargeRef: 'object2' }] })) },
  { law: 3, what: 'an approval without settlement', evidence: world({ cases: [unsettled] }) },
  { law: 3, what: 'a settlement that is due and has no time', evidence: world(withCase({ settlement: { state: 'due' } })) },
  { law: 3, what: 'an approval in a case that failed', evidence: world(withCase({ status: 'failed' })) },
  { law: 3, what: 'money taken that its case counts as absent', evidence: world(withCase({ status: 'failed', attempts: [{ ...attempt, outcome: { status: 'absent' } }] })) },
  { law: 3, what: 'a part taken and never given back', evidence: world(withCase({ status: 'failed', attempts: [{ ...attempt, outcome: { status: 'approved', amount: euros(900) } }] })) },
  { law: 4, what: 'two notifications for one end', evidence: world({ notifications: [notification, { ...notification, _id: 'msg_2' }], received: [received, { ...received, id: 'msg_2' }] }) },
  { law: 4, what: 'no notification of an end', evidence: world({ notifications: [], received: [] }) },
  { law: 4, what: 'a notification never received', evidence: world({ received: [{ ...received, answered: 503 }] }) },
  { law: 4, what: 'a notification with changed bytes', evidence: world({ received: [received, { ...received, digest: 'd2' }] }) },
  { law: 5, what: 'a delivery acknowledged and not read', evidence: world({ deliveries: [{ _id: 'delivery1', deliveryId: 'evt_1', state: 'received' }] }) },
  { law: 5, what: 'a delivery acknowledged and not stored', evidence: world({ deliveries: [] }) },
  { law: 5, what: 'a delivery parked that was no poison', evidence: world({ deliveries: [{ _id: 'delivery1', deliveryId: 'evt_1', state: 'parked' }] }) },
  {
    law: 5, what: 'a poison delivery that nobody replayed',
    evidence: world({ deliveries: [{ _id: 'delivery1', deliveryId: 'evt_1', state: 'parked' }], world: { ...soundWorld.world, poison: ['evt_1'] } }),
  },
  { law: 6, what: 'a refund of a duplicate with one payment', evidence: world({ ...withCase({ refunds: [{ ...duplicate, evidence: { ours: 'charge1', other: { ref: 'x' } } }] }), returned: [returned] }) },
  {
    law: 6, what: 'a refund that names no second payment',
    evidence: world({ ...withCase({ refunds: [duplicate] }), returned: [returned], taken: [taken, { ...taken, by: 'customer', key: null, ledger: 'platform', debtId: 'invoice1', requestId: null }] }),
  },
  { law: 6, what: 'more given back than was taken', evidence: world({ ...withCase({ refunds: [{ ...duplicate, why: 'operator' }] }), returned: [returned, returned] }) },
  { law: 6, what: 'money given back that nobody owed', evidence: world({ returned: [returned] }) },
  {
    law: 6, what: 'money given back at Stripe that nobody owed',
    evidence: world({ taken: [{ ...taken, ledger: 'stripe' }], returned: [{ ...returned, ledger: 'stripe', key: null }] }),
  },
  { law: 7, what: 'taken over and never given back', evidence: world(withCase({ takeOver: { state: 'taken' } })) },
  { law: 7, what: 'taken over at the platform, unknown to the case', evidence: world({ ...withCase({ status: 'failed' }), invoices: [{ ref: 'invoice1', status: 'open', autoAdvance: false }] }) },
  {
    law: 8, what: 'a charge of the card during another',
    evidence: world({ requests: [{ ...request, decidedAt: at(4) }, { ...again, debtId: 'card1/100/EUR', key: 'case9-1', begunAt: at(3), hubBegunAt: at(3) }] }),
  },
  {
    law: 8, what: 'a card tried 22 times in a month',
    evidence: world({
      requests: Array.from({ length: 22 }, (_, n) => ({ ...declined, requestId: `request${n}`, key: `case1-${n + 1}`, begunAt: at(n * 90_000), hubBegunAt: at(n * 90_000), decidedAt: at(n * 90_000 + 1) })),
      taken: [],
    }),
  },
  { law: 8, what: 'a card still held for an approved charge', evidence: world({ cards: [{ _id: 'client|card1', tries: [], open: { attemptKey: 'case1-1', until: at(60) } }] }) },
];
