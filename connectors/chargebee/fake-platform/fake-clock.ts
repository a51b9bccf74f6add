export interface FakeClockOptions {
  /** How many hub seconds pass in one wall second. */
  readonly scale?: number;
  /** The wall instant at which hub time and wall time are equal. */
  readonly origin?: Date;
}

export interface FakeClock {
  readonly scale: number;
  readonly origin: Date;
  wallNow(): Date;
  /** origin + (wall − origin) · scale */
  hubNow(): Date;
  /** Hub time in whole seconds, as Chargebee writes times. */
  hubSeconds(): number;
  /** How long a hub duration takes on the wall. */
  wallMsOf(hubMs: number): number;
}

export const createFakeClock = ({ scale = 1, origin = new Date() }: FakeClockOptions = {}): FakeClock => {
  if (!(scale > 0)) throw new Error(`time scale: found ${scale}, expected a number above 0 (1 = real time, 28800 = a day in 3 s)`);
  if (Number.isNaN(origin.getTime())) {
    throw new Error('time origin: found an invalid date, expected an ISO 8601 instant such as 2026-11-20T09:00:00Z');
  }
  const hubNow = () => new Date(origin.getTime() + (Date.now() - origin.getTime()) * scale);
  return {
    scale,
    origin,
    wallNow: () => new Date(),
    hubNow,
    hubSeconds: () => Math.floor(hubNow().getTime() / 1000),
    wallMsOf: (hubMs) => hubMs / scale,
  };
};
