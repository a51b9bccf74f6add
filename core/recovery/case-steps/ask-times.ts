import type { Attempt } from '../../cases/index.js';
import type { RepeatProtection } from '../../connector-kit/index.js';
import type { Clock } from '../../scheduling/index.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const days = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => (from + index) * day);
const unknownAsks = [minute, 5 * minute, 30 * minute, 2 * hour, ...days(1, 8)];
const pendingAsks = [...Array.from({ length: 24 }, (_, index) => (index + 1) * hour), ...days(2, 11)];

/**
 * When an open attempt is asked about next, in hub time; undefined: it is left to an operator. An ask that came a day or more after it was due (`dueAt`;
 * never due: with the attempt), as after a downtime, is followed by another a day later, so that one lost answer is never the last word.
 */
export const nextAskAt = (attempt: Attempt, waiting: 'unknown' | 'pending', now: Date, dueAt: Date | undefined): Date | undefined => {
  const offset = (waiting === 'unknown' ? unknownAsks : pendingAsks).find((one) => attempt.startedAt.getTime() + one > now.getTime());
  if (offset !== undefined) return new Date(attempt.startedAt.getTime() + offset);
  return now.getTime() - (dueAt ?? attempt.startedAt).getTime() >= day ? new Date(now.getTime() + day) : undefined;
};

/** What an operator is told of an attempt that stays open: from a day on while it is unknown, and when nothing asks about it any more. */
export const longOpen = (attempt: Attempt, waiting: 'unknown' | 'pending', now: Date, dueAt: Date | undefined): string | undefined => {
  if (nextAskAt(attempt, waiting, now, dueAt) === undefined) return `a charge stays ${waiting}: it is not asked about any more, an operator must look`;
  return waiting === 'unknown' && now.getTime() - attempt.startedAt.getTime() >= day ? 'a charge is unknown for a day or longer' : undefined;
};

/** How long after its last possible sending an attempt must stay unfound before that means anything, in wall ms. */
export const absenceMs = (protection: RepeatProtection, clock: Clock, leaseMs: number): number =>
  clock.notBeforeMs(Math.max(30 * minute, protection.absentIsFinalAfterMs), Math.max(2000, leaseMs));

/** Whether two reads agree that the attempt never happened, the later one late enough. */
export const isAbsent = (attempt: Attempt, reads: readonly Date[], protection: RepeatProtection, clock: Clock, leaseMs: number): 'absent' | 'not_yet' => {
  const last = reads.at(-1);
  if (reads.length < 2 || !last) return 'not_yet';
  return last.getTime() >= attempt.sendBefore.getTime() + absenceMs(protection, clock, leaseMs) ? 'absent' : 'not_yet';
};

/** Whether it has stayed unfound for a day, as a gateway needs that can only be searched. */
export const isAbsentForADay = (attempt: Attempt, now: Date, clock: Clock, leaseMs: number): 'absent' | 'not_yet' =>
  now.getTime() >= attempt.sendBefore.getTime() + clock.notBeforeMs(day, Math.max(2000, leaseMs)) ? 'absent' : 'not_yet';

/**
 * From when on the next read may decide that the attempt never happened, in hub time: asked then, so that a hub that was down wastes no hours of a key's
 * memory. Undefined: a later read decides nothing that this one did not.
 */
export const countsAt = (attempt: Attempt, reads: readonly Date[], protection: RepeatProtection, clock: Clock, leaseMs: number): Date | undefined => {
  const now = clock.hubNow();
  const from = (ms: number) => clock.hubAt(new Date(attempt.sendBefore.getTime() + ms));
  const afterDay = from(clock.notBeforeMs(day, Math.max(2000, leaseMs)));
  const agreed = from(absenceMs(protection, clock, leaseMs));
  // two reads agree: the second may follow the first soon, where it is late enough
  const second = agreed > now ? agreed : new Date(now.getTime() + minute);
  const decidesEarly = protection.kind === 'single_use_object' || (protection.kind === 'key' && keyIsRemembered(attempt, protection.keptForMs, second) === 'yes');
  if (decidesEarly) return agreed > now || reads.length < 2 ? second : undefined;
  if (afterDay > now) return afterDay;
  return reads.length < 2 ? second : undefined;
};

/** Whether the gateway still remembers the attempt's key, with an hour to spare. */
export const keyIsRemembered = (attempt: Attempt, keptForMs: number, now: Date): 'yes' | 'no' =>
  now.getTime() - attempt.startedAt.getTime() < keptForMs - hour ? 'yes' : 'no';

/** When an attempt is asked about again that could not be asked about now: within its first day before the next ask is due, so that its key is not forgotten meanwhile. */
export const askAgainAt = (attempt: Attempt, now: Date, dueAt: Date | undefined): Date | undefined => {
  const scheduled = nextAskAt(attempt, 'unknown', now, dueAt);
  const age = now.getTime() - attempt.startedAt.getTime();
  const soon = new Date(now.getTime() + Math.max(30 * minute, age / 2));
  return scheduled !== undefined && age < day && soon < scheduled ? soon : scheduled;
};

/** A wait of ours, never shorter than the platform asked for. `retryAfterMs` is wall time. */
export const askedToWait = (retryAfterMs: number | undefined, ours: Date, { clock }: { readonly clock: Clock }): Date => {
  if (retryAfterMs === undefined) return ours;
  const theirs = clock.hubAt(new Date(clock.wallNow().getTime() + Math.min(retryAfterMs, 7 * day)));
  return theirs > ours ? theirs : ours;
};

/** When the same attempt is sent again after it certainly did not leave: after 5 s, 20 s, 80 s and 5 min. */
export const resendAt = (notSent: number, now: Date): Date => new Date(now.getTime() + Math.min(5000 * 4 ** Math.max(0, notSent - 1), 5 * minute));
