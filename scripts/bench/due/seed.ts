import type { CaseDocument } from '../../../core/cases/index.js';
import { cloneDue, cloneWaiting } from './clone-case.js';
import type { CaseHub } from './open-case-hub.js';
import { openTemplates, type Template } from './template-cases.js';

const clients = 10;
const batch = 1000;
const hour = 3_600_000;

/** The set that a round works on, so that a run that was cut leaves nothing due behind. */
interface InHand { _id: 'inHand'; caseIds: string[]; ledgerIds: string[] }

interface Marker { _id: 'seeded'; templates: Template[]; scheduled: number }

/** What a database holds before a round: `scheduled` cases due between an hour and thirty days from now. */
export const seedScheduled = async (hub: CaseHub, scheduled: number, tell: (done: number) => void): Promise<readonly Template[]> => {
  const markers = hub.storage.collection<Marker>('bench');
  const left = await hub.storage.collection<InHand>('bench').findOne({ _id: 'inHand' });
  if (left) await remove(hub, left);
  const known = await markers.findOne({ _id: 'seeded' });
  if (known?.scheduled === scheduled) return known.templates;
  await hub.cases.deleteMany({});
  await hub.storage.collection('card_ledger').deleteMany({});
  const templates = await openTemplates(hub, clients);
  await hub.cases.deleteMany({});
  const inserts = new Set<Promise<unknown>>();
  for (let done = 0; done < scheduled; done += batch) {
    const documents = Array.from({ length: Math.min(batch, scheduled - done) }, (_, n) => {
      const nextAt = new Date(hub.clock.hubNow().getTime() + hour + Math.random() * 30 * 24 * hour);
      return cloneWaiting(templateOf(templates, n), nextAt);
    });
    const insert: Promise<unknown> = hub.cases.insertMany(documents, { ordered: false }).finally(() => inserts.delete(insert));
    inserts.add(insert);
    if (inserts.size > 1) await Promise.race(inserts);
    if (done % 50_000 === 0) tell(done);
  }
  await Promise.all(inserts);
  await markers.replaceOne({ _id: 'seeded' }, { templates: [...templates], scheduled }, { upsert: true });
  return templates;
};

const templateOf = (templates: readonly Template[], n: number): Template => {
  const template = templates[n % templates.length];
  if (!template) throw new Error('There is no first case');
  return template;
};

/** Cases that are due now, spread over all lanes, with the ledgers of their cards. */
export interface DueSet { readonly cases: readonly CaseDocument[]; readonly ledgers: readonly Template['ledger'][]; readonly lanes: readonly string[] }

/** Makes a set of due cases in memory. */
export const makeDueSet = (hub: CaseHub, templates: readonly Template[], count: number): DueSet => {
  const now = hub.clock.hubNow().getTime();
  const made = Array.from({ length: count }, (_, n) => cloneDue(templateOf(templates, n), new Date(now - 60_000 + n), hub.vault));
  return { cases: made.map((one) => one.document), ledgers: made.map((one) => one.ledger), lanes: [...new Set(made.map((one) => one.document.lane))] };
};

const inHandOf = (set: DueSet): InHand =>
  ({ _id: 'inHand', caseIds: set.cases.map((document) => document._id), ledgerIds: set.ledgers.map((ledger) => String(ledger['_id'])) });

/** Stores it as it was made. */
export const storeDueSet = async (hub: CaseHub, set: DueSet): Promise<void> => {
  await hub.storage.collection<InHand>('bench').replaceOne({ _id: 'inHand' }, inHandOf(set), { upsert: true });
  for (let at = 0; at < set.cases.length; at += batch) {
    await hub.cases.insertMany(set.cases.slice(at, at + batch), { ordered: false });
    await hub.storage.collection('card_ledger').insertMany(set.ledgers.slice(at, at + batch), { ordered: false });
  }
};

/** Removes it with everything that was written about it. */
export const removeDueSet = (hub: CaseHub, set: DueSet): Promise<void> => remove(hub, inHandOf(set));

const remove = async (hub: CaseHub, { caseIds, ledgerIds }: InHand): Promise<void> => {
  const ledgers = hub.storage.collection<{ _id: string }>('card_ledger');
  for (let at = 0; at < caseIds.length; at += batch) {
    await hub.cases.deleteMany({ _id: { $in: caseIds.slice(at, at + batch) } });
    await ledgers.deleteMany({ _id: { $in: ledgerIds.slice(at, at + batch) } });
  }
  await hub.storage.collection('notifications').deleteMany({});
  await hub.storage.collection<InHand>('bench').deleteOne({ _id: 'inHand' });
};
