const minute = 60_000;
const hour = 60 * minute;
const first = [minute, 5 * minute, 30 * minute, 2 * hour];
const sixHourly = 28;

/**
 * When the platform is told again after `tries` tries: 1 min, 5 min, 30 min, 2 h, then 6-hourly for a week. Hub time; undefined: it is given up, an operator
 * must look.
 */
export const nextSettlementAt = (tries: number, now: Date): Date | undefined => {
  const early = first[tries - 1];
  if (early !== undefined) return new Date(now.getTime() + early);
  return tries - first.length > sixHourly ? undefined : new Date(now.getTime() + 6 * hour);
};

/** Whether people hear of a settlement that has failed so often: once, when it has been tried for some two hours and a half. */
export const isLate = (tries: number): boolean => tries === first.length + 1;
