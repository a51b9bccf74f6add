/**
 * Two times. Hub time is what a merchant could write in a calendar (schedules, horizons, asks); wall time is what
 * physics decides (leases, deadlines, signatures, rate limits). `scale` hub milliseconds pass in one wall millisecond.
 */
export interface Clock {
  readonly scale: number;
  readonly origin: Date;
  hubNow(): Date;
  wallNow(): Date;
  /** The hub time at a wall time. */
  hubAt(wall: Date): Date;
  /** The first wall time (whole ms) at which hub time has come to `hub`. */
  wallAt(hub: Date): Date;
  /** A wait that physics asks for ("not before"), in wall ms: divided by the scale, never under `floorMs`. */
  notBeforeMs(realMs: number, floorMs: number): number;
  /** How long something is remembered ("not after"), in wall ms: divided by the scale, no floor. */
  notAfterMs(realMs: number): number;
}

const clockFrom = (wallNow: () => Date, scale: number, origin: Date, advancedMs: () => number): Clock => {
  const hubAt = (wall: Date) => new Date(origin.getTime() + Math.round((wall.getTime() - origin.getTime()) * scale) + advancedMs());
  // rounded before the origin is added: beside an epoch time the small fractions of a large scale are lost, and it would be too early
  const wallAt = (hub: Date) => new Date(origin.getTime() + Math.ceil((hub.getTime() - advancedMs() - origin.getTime()) / scale));
  return {
    scale,
    origin,
    hubNow: () => hubAt(wallNow()),
    wallNow,
    hubAt,
    wallAt,
    notBeforeMs: (realMs, floorMs) => Math.max(realMs / scale, floorMs),
    notAfterMs: (realMs) => realMs / scale,
  };
};

/** The clock of a process: hub time runs `scale` times as fast as the wall, both equal at `origin`. */
export const createClock = (options: { readonly scale: number; readonly origin: Date; readonly wallNow?: () => Date; readonly advancedMs?: number }): Clock =>
  clockFrom(options.wallNow ?? (() => new Date()), options.scale, options.origin, () => options.advancedMs ?? 0);

/** A clock for unit tests: stands still until moved. */
export interface ManualClock extends Clock {
  /** Moves wall and hub time. */
  advance(ms: number): void;
  /** Moves hub time only, as an operator's test clock does. */
  advanceHub(ms: number): void;
}

/** A clock that stands at `start` until it is moved. */
export const createManualClock = (start: Date): ManualClock => {
  let wall = start.getTime();
  let advanced = 0;
  const clock = clockFrom(() => new Date(wall), 1, start, () => advanced);
  return { ...clock, advance: (ms) => { wall += ms; }, advanceHub: (ms) => { advanced += ms; } };
};
