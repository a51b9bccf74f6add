import type { CaseWrite } from '../../core/cases/index.js';
import type { SwitchedOff } from './box.js';

type Values = Readonly<Record<string, unknown>>;

const without = (values: unknown, ...names: readonly string[]): Values => Object.fromEntries(Object.entries((values ?? {}) as Values).filter(([name]) => !names.includes(name)));

/** The writes of these names, changed. */
const changing = (names: readonly string[], change: (write: CaseWrite) => { readonly filter?: Values; readonly update?: Values }) => (write: CaseWrite): CaseWrite =>
  (names.includes(write.name) ? { ...write, ...change(write) } : write);

/** The rules of the protocol that the search takes away, one at a time. */
export const rules: readonly SwitchedOff[] = [
  { rule: 'a write matches only under its fence', breaks: ['1', '3', '4', '5', '8', 'liveness'], write: (write) => ({ ...write, filter: without(write.filter, 'fence', 'holder') }) },
  { rule: 'nothing leaves after sendBefore', breaks: ['1', '8'], sendBefore: 'ignored' },
  { rule: 'an attempt is written before it is sent', breaks: ['2'], attemptRow: 'not_written' },
  { rule: 'the object is stored before it is confirmed', breaks: ['1', '3', '8'], chargeRef: 'not_written' },
  { rule: 'an absence counts after half an hour', breaks: ['1'], waits: 'none' },
  { rule: 'a gateway that can only be searched waits a day', breaks: ['1'], waits: 'no_day' },
  { rule: 'what was prepared is revoked before a new attempt', breaks: ['1'], facts: (facts) => ({ ...facts, route: { ...facts.route, revokes: 'no' } }) },
  { rule: 'an approval owes its event in the same write', breaks: ['4'], write: changing(['outcome'], (write) => ({ update: { ...write.update, $push: without(write.update.$push, 'outbox') } })) },
  { rule: 'an approval owes its settlement in the same write', breaks: ['3'], write: changing(['outcome'], (write) => ({ update: { ...write.update, $set: without(write.update.$set, 'settlement', 'due.settle') } })) },
  { rule: 'an event is handed over under its id', breaks: ['4'], acceptance: 'without_id' },
  { rule: 'a case closes only over signals it has read', breaks: ['5'], write: changing(['close'], (write) => ({ filter: without(write.filter, 'signalSeq') })) },
  { rule: 'a case is released only over signals it has read', breaks: ['liveness'], write: changing(['release'], (write) => ({ filter: without(write.filter, 'signalSeq') })) },
  { rule: 'a signal wakes its case', breaks: ['liveness'], write: changing(['signal'], (write) => ({ update: without(write.update, '$min') })) },
  { rule: 'a blocked case owes the stop of the retries in the same write', breaks: ['7'], write: changing(['close'], (write) => ({ update: { ...write.update, $set: without(write.update.$set, 'due.handBack') } })) },
  { rule: 'a card is reserved before an attempt', breaks: ['8'], reserve: 'always' },
  { rule: 'a lost hold does not loosen the card of a newer sending', breaks: ['8'], closeLedger: 'any_send' },
];
