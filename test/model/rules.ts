import type { CaseWrite } from '../../core/cases/index.js';
import type { SwitchedOff } from './box.js';
import { boxOf, twinBox } from './boxes.js';

type Values = Readonly<Record<string, unknown>>;

const without = (values: unknown, ...names: readonly string[]): Values => Object.fromEntries(Object.entries((values ?? {}) as Values).filter(([name]) => !names.includes(name)));

/** The writes of these names, changed. */
const changing = (names: readonly string[], change: (write: CaseWrite) => { readonly filter?: Values; readonly update?: Values }) => (write: CaseWrite): CaseWrite =>
  (names.includes(write.name) ? { ...write, ...change(write) } : write);

const statusIn = (values: Values): unknown => {
  const outcome = values['attempts.$.outcome'];
  return typeof outcome === 'object' && outcome !== null ? Reflect.get(outcome, 'status') : undefined;
};

/** A declined attempt ends its case. */
const endedByDecline = (set: unknown): Values => {
  const values = (set ?? {}) as Values;
  return statusIn(values) === 'declined' ? { ...values, status: 'failed' } : values;
};

/** An attempt without an answer counts as not made. */
const givenUpUnheard = (set: unknown): Values => {
  const values = (set ?? {}) as Values;
  return statusIn(values) === 'unknown' ? { ...values, 'attempts.$.resolved': true, status: 'queued' } : values;
};

/** The rules of the protocol that the search takes away, one at a time. */
export const rules: readonly SwitchedOff[] = [
  {
    rule: 'a write matches only under its fence', in: boxOf('single_use_object', { expiries: 1 }),
    breaks: ['1', '3', '4', '5', '8', 'liveness'], write: (write) => ({ ...write, filter: without(write.filter, 'fence', 'holder') }),
  },
  {
    rule: 'nothing leaves after sendBefore', in: boxOf('search_only', { expiries: 1 }),
    breaks: ['1', '8'], sendBefore: 'ignored',
  },
  {
    rule: 'an attempt is written before it is sent', in: boxOf('key', { crashes: 1 }),
    breaks: ['2'], attemptRow: 'not_written',
  },
  {
    rule: 'the object is stored before it is confirmed', in: boxOf('single_use_object', { crashes: 1 }),
    breaks: ['1', '3', '8'], chargeRef: 'not_written',
  },
  {
    rule: 'an absence counts after half an hour', in: boxOf('single_use_object', { crashes: 1 }),
    breaks: ['1'], waits: 'none',
  },
  {
    rule: 'a gateway that can only be searched waits a day', in: boxOf('search_only', { expiries: 1 }),
    breaks: ['1'], waits: 'no_day',
  },
  {
    rule: 'what was prepared is revoked before a new attempt', in: boxOf('single_use_object', { expiries: 1 }),
    breaks: ['1'], facts: (facts) => ({ ...facts, route: { ...facts.route, revokes: 'no' } }),
  },
  {
    rule: 'an approval owes its event in the same write', in: boxOf('single_use_object', { crashes: 1 }),
    breaks: ['4'], write: changing(['outcome'], (write) => ({ update: { ...write.update, $push: without(write.update.$push, 'outbox') } })),
  },
  {
    rule: 'an approval owes its settlement in the same write', in: boxOf('single_use_object', { crashes: 1 }),
    breaks: ['3'], write: changing(['outcome'], (write) => ({ update: { ...write.update, $set: without(write.update.$set, 'settlement', 'due.settle') } })),
  },
  {
    rule: 'an event is handed over under its id', in: boxOf('single_use_object', { expiries: 1 }),
    breaks: ['4'], acceptance: 'without_id',
  },
  {
    rule: 'a case closes only over signals it has read', in: boxOf('collection', { declines: 1, signals: 1 }),
    breaks: ['5'], write: changing(['close'], (write) => ({ filter: without(write.filter, 'signalSeq') })),
  },
  {
    rule: 'a case is released only over signals it has read', in: boxOf('collection', { declines: 1, signals: 1 }),
    breaks: ['liveness'], write: changing(['release'], (write) => ({ filter: without(write.filter, 'signalSeq') })),
  },
  {
    rule: 'a signal wakes its case', in: boxOf('collection', { declines: 1, signals: 1 }),
    breaks: ['liveness'], write: changing(['signal'], (write) => ({ update: without(write.update, '$min') })),
  },
  {
    rule: 'a blocked case owes the stop of the retries in the same write', in: boxOf('collection', { declines: 1, signals: 1 }),
    breaks: ['7'], write: changing(['close'], (write) => ({ update: { ...write.update, $set: without(write.update.$set, 'due.handBack') } })),
  },
  {
    rule: 'an end owes the return of what was taken over in the same write', in: boxOf('mapped', { declines: 1 }),
    breaks: ['liveness'], write: changing(['close'], (write) => ({ update: { ...write.update, $set: without(write.update.$set, 'due.handBack') } })),
  },
  {
    rule: 'a take-over is owed back in the write that intends it', in: boxOf('mapped', { crashes: 1 }),
    breaks: ['7'], write: changing(['intend'], (write) => ({ update: { ...write.update, $set: without(write.update.$set, 'due.handBack') } })),
  },
  {
    rule: 'a take-over and a hand-back keep their distance', in: boxOf('mapped', { crashes: 1, operators: 1 }),
    breaks: ['7', 'liveness'], facts: (facts) => (facts.stillness ? { ...facts, stillness: { ...facts.stillness, oppositeAfterMs: 0 } } : facts),
  },
  {
    rule: 'the retries are taken over before a charge', in: boxOf('mapped', { crashes: 1 }),
    breaks: ['7'], facts: ({ stillness: _stillness, ...facts }) => facts,
  },
  {
    rule: 'a refund is tried again under its key', in: boxOf('mapped', { crashes: 1, declines: 1 }),
    breaks: ['6'], refundKey: 'new',
  },
  {
    rule: 'a duplicate is given back only if the invoice names another payment', in: boxOf('mapped', { crashes: 1 }),
    breaks: ['6'], evidence: 'assumed',
  },
  {
    rule: 'nothing is charged while money is owed back', in: boxOf('mapped', { declines: 1 }),
    breaks: ['1'], shown: (document) => (document.status === 'queued' ? { ...document, refunds: [] } : document),
  },
  {
    rule: 'a part that was approved is owed back in the same write', in: boxOf('mapped', { declines: 1 }),
    breaks: ['3'], write: changing(['outcome'], (write) => ({ update: { ...write.update, $push: without(write.update.$push, 'refunds'), $set: without(write.update.$set, 'due.refund') } })),
  },
  {
    rule: 'a decline ends no case by itself', in: boxOf('collection', { declines: 1, signals: 1 }),
    breaks: ['5'], write: changing(['outcome'], (write) => ({ update: { ...write.update, $set: endedByDecline(write.update.$set) } })),
  },
  {
    rule: 'an attempt without an answer is asked about before the next', in: boxOf('mapped', { crashes: 1, operators: 1 }),
    breaks: ['1'], write: changing(['outcome'], (write) => ({ update: { ...write.update, $set: givenUpUnheard(write.update.$set) } })),
  },
  {
    rule: 'a resend forgets what was heard before', in: boxOf('single_use_object', { crashes: 1, expiries: 1 }),
    breaks: ['1', 'liveness'], write: changing(['resend'], (write) => ({ update: { ...write.update, $set: without(write.update.$set, 'attempts.$.outcome') } })),
  },
  {
    rule: 'an approval of a lost hold is left as word', in: boxOf('collection', { expiries: 1, operators: 1 }, { operators: ['cancelled'] }),
    breaks: ['3', 'liveness'], lastWords: 'none',
  },
  {
    rule: 'one case has the right to charge a debt', in: twinBox({}),
    breaks: ['1'], right: 'not_unique',
  },
  {
    rule: 'a card is reserved before an attempt', in: boxOf('search_only', {}, { cases: 2 }),
    breaks: ['8'], reserve: 'always',
  },
  {
    rule: 'a lost hold does not loosen the card of a newer sending', in: boxOf('single_use_object', { expiries: 1 }),
    breaks: ['8'], closeLedger: 'any_send',
  },
];
