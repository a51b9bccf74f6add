import { writes, type CaseDocument, type CaseWrite } from '../../core/cases/index.js';
import type { Hold, WriteAnswer } from '../../core/recovery/index.js';
import { claimById, type Clock } from '../../core/scheduling/index.js';
import { matches, updated, type Plain } from './stored-write.js';
import type { SwitchedOff } from './box.js';
import { breaking, replaced, type World } from './world.js';

const ended = new Set<CaseDocument['status']>(['succeeded', 'failed', 'blocked', 'cancelled']);

/** What a write changed that the laws count: a final transition, and signals pulled that its writer had not read. */
const judged = (world: World, before: CaseDocument, after: CaseDocument, seenBy: Hold | undefined): World => {
  let seen = world;
  if (before.status !== after.status && ended.has(after.status)) seen = { ...seen, finals: seen.finals + 1 };
  const kept = new Set(after.signals.map((signal) => signal.id));
  const read = new Set(seenBy ? [...seenBy.document.signals.map((signal) => signal.id), ...seenBy.knowledge.acted] : []);
  const unread = before.signals.filter((signal) => !read.has(signal.id));
  if (seenBy && unread.some((signal) => !kept.has(signal.id))) seen = breaking(seen, '5: a signal was pulled unread');
  if (before.status !== after.status && ended.has(after.status) && after.status !== 'succeeded' && unread.length > 0) {
    seen = breaking(seen, `5: a case ended as ${after.status} with a signal unread`);
  }
  return seen;
};

/** The case that has the right which this write would take. */
const rivalOf = (world: World, caseIndex: number, before: CaseDocument, after: CaseDocument): CaseDocument | undefined => (after.openKeys === undefined || after.openKeys === before.openKeys
  ? undefined : world.cases.find((other, index) => index !== caseIndex && other.openKeys?.some((key) => after.openKeys?.includes(key))));

/** One atomic write of a case; the answer as the store gives it. */
export const written = (world: World, caseIndex: number, write: CaseWrite, seenBy: Hold | undefined, right?: SwitchedOff['right']): { readonly world: World; readonly answer: WriteAnswer } => {
  const before = world.cases[caseIndex];
  if (!before) return { world, answer: { status: 'unmatched', now: null } };
  if (!matches(write.filter, before as unknown as Plain)) return { world, answer: { status: 'unmatched', now: before } };
  const document = updated(before, write.filter, write.update as Plain);
  const rival = right === 'not_unique' ? undefined : rivalOf(world, caseIndex, before, document);
  if (rival) return { world, answer: { status: 'duplicate', rival } };
  return { world: { ...judged(world, before, document, seenBy), cases: replaced(world.cases, caseIndex, document) }, answer: { status: 'written', document } };
};

/** The product's claim of a case as a value: what it would have the store do. */
const claimOf = (caseId: string, clock: Clock, leaseMs: number): CaseWrite => {
  let claim: CaseWrite | undefined;
  const listening = { findOneAndUpdate: (filter: CaseWrite['filter'], update: CaseWrite['update']) => { claim = { name: 'claim', filter, update }; return Promise.resolve(null); } };
  void claimById(listening as unknown as Parameters<typeof claimById<CaseDocument>>[0], { clock, leaseMs }, caseId);
  if (!claim) throw new Error('claiming a case asked nothing of the store');
  return claim;
};

/** A due case in a worker's hand, or undefined where another holds it. */
export const claimed = (world: World, caseIndex: number, clock: Clock, leaseMs: number): { readonly world: World; readonly document: CaseDocument } | undefined => {
  const before = world.cases[caseIndex];
  if (!before?.nextAt || before.nextAt.getTime() > world.now || before.parkedAt) return undefined;
  const { world: after, answer } = written(world, caseIndex, claimOf(before._id, clock, leaseMs), undefined);
  return answer.status === 'written' ? { world: after, document: answer.document } : undefined;
};

/** The write that tells a case something. */
export const telling = (caseId: string, id: string, event: Parameters<typeof writes.signal>[0]['event'], now: number): CaseWrite =>
  writes.signal({ caseId, id, event, now: new Date(now) });
