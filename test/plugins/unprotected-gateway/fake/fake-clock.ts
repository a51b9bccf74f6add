/** The two clocks of the world a fake stands in. */
export interface FakeClock {
  wallNow(): Date;
  /** origin + (wall − origin) · scale, as the hub reckons it. */
  hubNow(): Date;
}

/** @param options.scale - How many hub seconds pass in one wall second. @param options.origin - The wall instant at which both agree. */
export const createFakeClock = (options: { readonly scale?: number; readonly origin?: Date } = {}): FakeClock => {
  const { scale = 1, origin = new Date() } = options;
  return {
    wallNow: () => new Date(),
    hubNow: () => new Date(origin.getTime() + (Date.now() - origin.getTime()) * scale),
  };
};
