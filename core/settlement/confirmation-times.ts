const minute = 60_000;
const hour = 60 * minute;
const first = [5 * minute, 30 * minute, 2 * hour];
const sixHourly = 28;
const nightly = 60;

/**
 * When an unconfirmed invoice is read again after `tries` reads: 5 min, 30 min, 2 h, then 6-hourly for a week, then nightly for 60 days.
 * Hub time; undefined: no more.
 */
export const nextConfirmationAt = (tries: number, now: Date): Date | undefined => {
  const early = first[tries - 1];
  if (early !== undefined) return new Date(now.getTime() + early);
  const later = tries - first.length;
  if (later > sixHourly + nightly) return undefined;
  return new Date(now.getTime() + (later <= sixHourly ? 6 * hour : 24 * hour));
};
