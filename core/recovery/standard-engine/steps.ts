import { DateTime } from 'luxon';
import type { Snapshot } from '../engine.js';

const dayMs = 86_400_000;
const restHours = 20;
const hour = 10;
const friday = 5;
const farDays = 14;

/** Our last charge that reached the gateway, if any. */
export const lastChargeAt = (snapshot: Snapshot): Date | undefined => snapshot.attempts.filter((attempt) => attempt.result === 'declined').at(-1)?.at;

/** None of our charges reached a gateway, as far as is known. */
export const neverTried = (snapshot: Snapshot): boolean => snapshot.attempts.every((attempt) => attempt.result === 'uncounted' || attempt.result === 'unsent');

/** The last try by anyone: our last charge, else the failure the case opened with. */
export const lastTryAt = (snapshot: Snapshot): Date => lastChargeAt(snapshot) ?? snapshot.openedAt;

/** Whether a step falls past the horizon, and so away. */
export const beyondHorizon = (snapshot: Snapshot, at: Date): boolean => at.getTime() > snapshot.openedAt.getTime() + snapshot.policy.horizonDays * dayMs;

const rested = (candidate: DateTime, from: Date | undefined) => from === undefined || candidate.toMillis() - from.getTime() >= restHours * 3_600_000;

/** 10:00 local `days` calendar days after the last try, or the first later day that is also 20 h after it. */
export const dayStep = (from: Date, days: number, timezone: string): Date => {
  let candidate: DateTime = DateTime.fromJSDate(from, { zone: timezone }).startOf('day').plus({ days }).set({ hour });
  while (!rested(candidate, from)) candidate = candidate.plus({ days: 1 }).set({ hour });
  return candidate.toJSDate();
};

const nextFriday = (after: DateTime): DateTime => {
  let candidate: DateTime = after.startOf('day').set({ hour });
  while (candidate.weekday !== friday || candidate <= after) candidate = candidate.plus({ days: 1 }).set({ hour });
  return candidate;
};

const nextBillingDay = (after: DateTime, day: number): DateTime => {
  const inMonth = (month: DateTime) => month.set({ day: Math.min(day, month.daysInMonth ?? 28), hour });
  const thisMonth = inMonth(after.startOf('month'));
  return thisMonth > after ? thisMonth : inMonth(after.startOf('month').plus({ months: 1 }));
};

/**
 * The payday window: the next billing day (clamped to the month; more than 14 days away: the next Friday instead), else the
 * next Friday, 10:00 local, strictly after `from` and at least 20 h after our last charge.
 */
export const payday = (from: Date, chargedAt: Date | undefined, policy: { readonly timezone: string; readonly billingCycleDay: number | undefined }): Date => {
  let after: DateTime = DateTime.fromJSDate(from, { zone: policy.timezone });
  for (;;) {
    const billing = policy.billingCycleDay === undefined ? undefined : nextBillingDay(after, policy.billingCycleDay);
    const near = billing && billing.startOf('day').diff(after.startOf('day'), 'days').days <= farDays;
    const candidate = billing && near ? billing : nextFriday(after);
    if (rested(candidate, chargedAt)) return candidate.toJSDate();
    after = candidate;
  }
};
