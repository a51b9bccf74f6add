/** When and how fast a fake's clock runs. */
export interface FakeClockOptions {
  /** How many hub seconds pass in one wall second; default 1. */
  readonly scale?: number | undefined;
  /** The wall instant at which hub time and wall time are equal; default now. */
  readonly origin?: Date | undefined;
}

/** One moment on both clocks, in ISO 8601. */
export interface Instant {
  readonly hub: string;
  readonly wall: string;
}

/** The two clocks of the world a fake stands in: what physics decides by the wall, what a calendar says by the hub. */
export interface FakeClock {
  readonly scale: number;
  readonly origin: Date;
  wallNow(): Date;
  /** origin + (wall − origin) · scale, as the hub reckons it. */
  hubNow(): Date;
  instant(): Instant;
  /** Hub time in whole seconds, as platforms write instants. */
  hubSeconds(): number;
  /** How long a hub duration takes on the wall. */
  wallMsOf(hubMs: number): number;
}

/** @throws Error naming the scale or the origin that is no such thing. */
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
    instant: () => ({ hub: hubNow().toISOString(), wall: new Date().toISOString() }),
    hubSeconds: () => Math.floor(hubNow().getTime() / 1000),
    wallMsOf: (hubMs) => hubMs / scale,
  };
};
