import type { CaseDocument } from '../../core/cases/index.js';

/** What a moment looks like from now, by the name of the field it stands in. */
export type TimeText = (field: string, at: number, now: number) => string;

/** Writes values so that what can only go on alike is written alike. */
export interface CanonicalWriter {
  /** A short name for all that an object says: the same for the same. */
  nameOf(value: object, now: number): string;
}

type Row = CaseDocument['attempts'][number];

/**
 * What is kept for people, or is the same all over a box, or is compared only for equality, which is told apart from it. Names of signals and of
 * entries of the outbox say which of them are meant, and that is told beside them.
 */
const leftOut = new Set([
  '_id', 'id', 'clientId', 'connectionId', 'v', 'fence', 'holder', 'signalSeq', 'readAt', 'rev', 'plan', 'grounds', 'at', 'updatedAt', 'strategyUsed', 'trigger', 'recoveredBy', 'declineCode',
  'recommendedActionReason', 'recommendedAction', 'once', 'asks', 'before', 'numbers', 'because', 'facts', 'method', 'lane', 'platform', 'invoiceId', 'idempotencyKey', 'watch', 'body', 'message', 'strikes',
  'cause', 'mode', 'simulated', 'watched', 'amount', 'opened', 'occurredAt', 'applied', 'signals', 'outbox', 'acted', 'deferred', 'relayed', 'signalId', 'signalIds', '$in', 'commands', 'answer', 'refs',
  'gatewayRefs', 'lastReason', 'network', 'last4', 'gatewayType', 'wire',
]);

const isCase = (value: object): value is CaseDocument => 'attempts' in value && 'due' in value;

const lastName = (path: string): string => (path.includes('.') ? path.slice(path.lastIndexOf('.') + 1) : path);

/** A schedule counts from the failure a connector's case opened with until a charge of ours was declined; a direct case is charged at once. */
const countsFromItsOpening = (document: Partial<CaseDocument>): boolean =>
  document.connectionId !== undefined && (document.attempts ?? []).every((attempt) => attempt.outcome?.status !== 'declined');

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
   * A resolved attempt is history. It still counts what a decline said and by which strategy it came, and when it began where the schedule counts
   * from it: a decline, a charge that could not be sent, the prompt charge of a changed card. Of the others only that they were closed.
   */
  const history = (row: Row, now: number): string => {
    const began = (field: string) => timeText(field, row.startedAt.getTime(), now);
    const prompt = row.grounds.strategy === 'card_update' ? `c${began('promptedAt')}` : '';
    switch (row.outcome?.status) {
      case 'approved': return `${String(row.n)}a${prompt}`;
      case 'declined': return `${String(row.n)}d${row.reason ?? ''}${row.grounds.strategy === 'primary' ? 'p' : ''}${began('declinedAt')}${prompt}`;
      case 'not_sent': return `${String(row.n)}n${began('declinedAt')}${prompt}`;
      case 'pending':
      case 'unknown':
      case 'revoked':
      case 'absent':
      case 'already_paid':
      // closed as absent: whether it is asked about once more, and when
      case undefined: return `${String(row.n)}u${prompt}${row.watchAt ? `${timeText('watchAt', row.watchAt.getTime(), now)}/${String(row.watches ?? 0)}/${timeText('watchedSince', row.sendBefore.getTime(), now)}` : ''}`;
    }
  };
  const attempts = (rows: readonly Row[], now: number): string => {
    tellsTime = true;
    return rows.map((row) => (row.resolved ? history(row, now) : `${nameOf(row, now)}${row.grounds.strategy}`)).join('|');
  };

  const write = (value: unknown, field: string, now: number): string => {
    if (typeof value === 'string') return `"${value}"`;
    if (typeof value !== 'object' || value === null) return String(value);
    if (value instanceof Date) {
      tellsTime = true;
      return timeText(field, value.getTime(), now);
    }
    if (!Array.isArray(value)) return nameOf(value, now);
    // one read before this one is all that two in a row need
    if (field === 'absentReads') return value.length === 0 ? '-' : '+';
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
    for (const path in value) {
      const one: unknown = Reflect.get(value, path);
      const field = lastName(path);
      if (one === undefined || leftOut.has(field) || (field === 'createdAt' && !countsFromItsOpening(value))) continue;
      // while a case is held it is nobody else's before its lease ends
      if (field === 'nextAt' && isCase(value) && value.leaseUntil && value.nextAt && value.nextAt <= value.leaseUntil) continue;
      text += `${path}:${field === 'attempts' && isCase(value) ? attempts(value.attempts, now) : write(one, field, now)};`;
    }
    const name = nameFor(text);
    kept.set(value, { name, now: tellsTime ? now : undefined });
    tellsTime ||= around;
    return name;
  };

  return { nameOf };
};
