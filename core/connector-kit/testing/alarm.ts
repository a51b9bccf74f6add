import type { FakeClock } from './fake-clock.js';

const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Does something at an instant of hub time and never before: a timer may be cut short, or fire a moment early, which is hours of scaled time.
 * @returns What calls it off. A process does not stay for it.
 */
export const ringAt = (clock: FakeClock, at: Date, act: () => void): (() => void) => {
  let timer: NodeJS.Timeout | undefined;
  const arm = (): void => {
    const wait = clock.wallMsOf(at.getTime() - clock.hubNow().getTime());
    timer = setTimeout(() => {
      if (clock.hubNow() < at) arm();
      else act();
    }, Math.min(LONGEST_TIMER_MS, Math.max(0, wait)));
    timer.unref();
  };
  arm();
  return () => clearTimeout(timer);
};
