import type { CaseDocument } from '../../core/cases/index.js';

/** What a moment looks like from now, by the name of the field it stands in. */
export type TimeText = (field: string, at: number, now: number) => string;

/** Writes values so that what can only go on alike is written alike. */
export interface CanonicalWriter {
  /** A short name for all that an object says: the same for the same. */
  nameOf(value: object, now: number): string;
}

/** What is kept for people, or is the same all over a box, or is compared only for equality, which is told apart from it. */
const leftOut = new Set([
  '_id', 'clientId', 'connectionId', 'v', 'fence', 'holder', 'signalSeq', 'readAt', 'rev', 'plan', 'grounds', 'at', 'updatedAt', 'strategyUsed', 'trigger', 'recoveredBy', 'declineCode',
  'recommendedActionReason', 'once', 'asks', 'before', 'numbers', 'because', 'facts', 'method', 'lane', 'platform', 'invoiceId', 'idempotencyKey', 'watch', 'body', 'message', 'strikes',
  'cause', 'mode', 'simulated', 'watched', 'amount', 'opened', 'occurredAt',
]);

/** A signal an approval left when its hold was gone carries its fence, which says nothing more. */
export const withoutFence = (text: string): string => (text.includes('#') ? text.replace(/#\d+$/, '#') : text);

const lastName = (path: string): string => (path.includes('.') ? path.slice(path.lastIndexOf('.') + 1) : path);

/** Kept with an object: for ever, or where a time is told, for as long as the clock stands. */
interface Kept { readonly name: string; readonly now: number | undefined }

export const createCanonicalWriter = (timeText: TimeText): CanonicalWriter => {
  const kept = new WeakMap<object, Kept>();
  const names = new Map<string, string>();
  let tellsTime = false;

  const nameFor = (text: string): string => {
    const known = names.get(text);
    if (known !== undefined) return known;
    const name = names.size.toString(36);
    names.set(text, name);
    return name;
  };

  /**
   * A resolved attempt is history: what it brought and by which strategy still count, and when it began where the schedule counts from it:
   * a decline, a charge that could not be sent, the prompt charge of a changed card.
   */
  const history = (row: CaseDocument['attempts'][number], now: number): string => {
    const status = row.outcome?.status ?? 'none';
    const began = status === 'declined' || status === 'not_sent' ? timeText('declinedAt', row.startedAt.getTime(), now)
      : row.grounds.strategy === 'card_update' ? timeText('createdAt', row.startedAt.getTime(), now) : '';
    return `${String(row.n)}${status}${row.reason ?? ''}${row.grounds.strategy}${began}`;
  };
  const attempts = (rows: readonly CaseDocument['attempts'][number][], now: number): string => {
    tellsTime = true;
    return rows.map((row) => (row.resolved ? history(row, now) : `${nameOf(row, now)}${row.grounds.strategy}`)).join('|');
  };

  const write = (value: unknown, field: string, now: number): string => {
    if (typeof value === 'string') return `"${withoutFence(value)}"`;
    if (typeof value !== 'object' || value === null) return String(value);
    if (value instanceof Date) {
      tellsTime = true;
      return timeText(field, value.getTime(), now);
    }
    if (!Array.isArray(value)) return nameOf(value, now);
    if (field === 'absentReads') return `[${String(Math.min(value.length, 2))}]`;
    let text = '[';
    for (const one of value) text += `${write(one, field, now)},`;
    return `${text}]`;
  };

  const nameOf = (value: object, now: number): string => {
    const known = kept.get(value);
    if (known && (known.now === undefined || known.now === now)) {
      if (known.now !== undefined) tellsTime = true;
      return known.name;
    }
    const around = tellsTime;
    tellsTime = false;
    let text = '';
    for (const [path, one] of Object.entries(value)) {
      const field = lastName(path);
      if (one === undefined || leftOut.has(field)) continue;
      text += `${path}:${field === 'attempts' && Array.isArray(one) ? attempts(one, now) : write(one, field, now)};`;
    }
    const name = nameFor(text);
    kept.set(value, { name, now: tellsTime ? now : undefined });
    tellsTime ||= around;
    return name;
  };

  return { nameOf };
};
