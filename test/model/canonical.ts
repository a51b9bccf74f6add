import type { CaseDocument } from '../../core/cases/index.js';
import type { Worker, World } from './world.js';

const hour = 3_600_000;

/**
 * Two worlds that can only go on alike have one canonical form. Times are told from now; what lies behind is told as exactly as
 * the longest wait that anything counts from it. Names of holders, counts of fences and signals are only ever compared for
 * equality, and so is told here whether they are equal. What is kept for people decides nothing and is left out.
 */
const told: Readonly<Record<string, number>> = { startedAt: 9 * 24 * hour, createdAt: 25 * hour, sendBefore: 25 * hour, occurredAt: 25 * hour, writtenAt: 61_000, since: 25 * hour };

const leftOut = new Set([
  '_id', 'clientId', 'v', 'fence', 'holder', 'signalSeq', 'readAt', 'rev', 'plan', 'grounds', 'at', 'updatedAt', 'strategyUsed', 'trigger', 'recoveredBy', 'declineCode', 'recommendedActionReason', 'once', 'asks', 'before', 'numbers', 'because', 'facts',
  'method', 'lane', 'platform', 'invoiceId', 'idempotencyKey', 'watch', 'body', 'message', 'strikes', 'cause', 'mode', 'simulated', 'watched',
]);

const dateText = (key: string, at: number, now: number): string => {
  const from = at - now;
  return from >= 0 ? String(from) : String(Math.max(from, -(told[key] ?? 1)));
};

/** A signal an approval left when its hold was gone carries its fence, which says nothing more. */
const withoutFence = (text: string): string => (text.includes('#') ? text.replace(/#\d+$/, '#') : text);

const lastName = (path: string): string => (path.includes('.') ? path.slice(path.lastIndexOf('.') + 1) : path);

/** The text of an object, kept with it: for ever, or where a time is told, for as long as the clock stands. */
interface Kept { readonly text: string; readonly now: number | undefined }
const kept = new WeakMap<object, Kept>();
let tellsTime = false;

const write = (value: unknown, key: string, now: number): string => {
  if (typeof value === 'string') return `"${withoutFence(value)}"`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Date) {
    tellsTime = true;
    return dateText(key, value.getTime(), now);
  }
  if (Array.isArray(value)) {
    if (key === 'absentReads') return `[${String(Math.min(value.length, 2))}]`;
    let text = '[';
    for (const one of value) text += `${write(one, key, now)},`;
    return `${text}]`;
  }
  return writeObject(value, now);
};

const writeObject = (value: object, now: number): string => {
  const known = kept.get(value);
  if (known && (known.now === undefined || known.now === now)) {
    if (known.now !== undefined) tellsTime = true;
    return known.text;
  }
  const around = tellsTime;
  tellsTime = false;
  let text = '{';
  for (const path in value) {
    const one: unknown = (value as Readonly<Record<string, unknown>>)[path];
    const name = lastName(path);
    if (one === undefined || leftOut.has(name)) continue;
    text += `${path}:${name === 'attempts' && Array.isArray(one) ? attempts(one, now) : write(one, name, now)};`;
  }
  text += '}';
  kept.set(value, { text, now: tellsTime ? now : undefined });
  tellsTime ||= around;
  return text;
};

/** A resolved attempt is history: only when it began, what it brought and by which strategy still count. */
const attempts = (rows: readonly CaseDocument['attempts'][number][], now: number): string => {
  tellsTime = true;
  return rows.map((row) => (row.resolved
    ? `${String(row.n)}${String(row.outcome?.status)}${String(row.reason)}${row.grounds.strategy}${dateText('createdAt', row.startedAt.getTime(), now)}`
    : `${write(row, 'attempt', now)}${row.grounds.strategy}`)).join('|');
};

/** Names worlds by their canonical form. */
export interface Canonical { keyOf(world: World): string }

export const createCanonical = (): Canonical => {
  const ids = new Map<string, number>();
  const known = new WeakMap<object, { readonly now: number; readonly id: number }>();
  const idOf = (text: string): number => {
    const found = ids.get(text);
    if (found !== undefined) return found;
    ids.set(text, ids.size);
    return ids.size - 1;
  };
  const part = (value: object, now: number): number => {
    const seen = known.get(value);
    if (seen?.now === now) return seen.id;
    const id = idOf(write(value, '', now));
    known.set(value, { now, id });
    return id;
  };
  const workerText = (worker: Worker, { cases, now }: World): string => {
    if (worker.at === 'idle') return '-';
    if (worker.at === 'speaking') return `s${String(worker.caseIndex)}${withoutFence(worker.id)}`;
    const { hold: { document, knowledge } } = worker;
    const stored = cases[worker.caseIndex];
    const held = stored && stored.fence === document.fence && stored.holder === document.holder ? 'h' : 'o';
    const seen = stored?.signalSeq === document.signalSeq ? 's' : 'b';
    const read = knowledge.readAt === undefined ? '' : knowledge.readAt === document.signalSeq ? 'r' : 'x';
    const effect = worker.pace === 'slow' ? part(worker.effect, now) : worker.effect.do;
    const request = worker.request ? part(worker.request, now) : '';
    return `${String(worker.caseIndex)}${held}${seen}${read}${worker.phase[0] ?? ''}${worker.pace[0] ?? ''}${String(part(document, now))}.${String(part(knowledge, now))}.${knowledge.facts.standstill ?? ''}.${effect}.${request}`;
  };
  return {
    keyOf: (world) => {
      const { now, left } = world;
      const cases = world.cases.map((document) => `${String(part(document, now))}${document.holder === null ? 'f' : ''}${document.outbox.map((entry) => (world.accepted.includes(entry.id) ? 'a' : 'n')).join('')}`);
      return [
        cases.join(','), part(world.ledgers, now), part(world.charges, now), part(world.debts, now), world.orphans.map((one) => part(one, now)).sort((a, b) => a - b).join(','),
        world.workers.map((worker) => workerText(worker, world)).sort().join('/'), world.deliveries.map((one) => one.id).sort().join(','),
        world.accepted.length, world.finals, world.alerts[0], world.charging[0],
        left.crashes, left.expiries, left.signals, left.operators, left.declines, left.lostAnswers, world.broken ?? '',
      ].join(' ');
    },
  };
};
