/** What `limits()` of a plugin declares for one account. */
export interface RateLimits {
  readonly perMinute: number;
  readonly concurrent: number;
}

/** Requests that one account may make: so many at once, so many a minute. Waiting counts against the deadline of the call that waits. */
export interface RateBudget {
  /** Waits for a slot and a token. Resolves to the release of the slot; rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<() => void>;
  /** Takes over changed limits; what is under way stays. */
  adjust(limits: RateLimits): void;
}

/** A burst is ten seconds' worth, or as many as may run at once. */
const burstOf = (limits: RateLimits): number =>
  Math.max(1, Math.min(limits.perMinute, Math.max(limits.concurrent, Math.ceil(limits.perMinute / 6))));

/** A token bucket with a ceiling of concurrent holders, first come first served. `nowMs` is monotonic: rates are never scaled. */
export const createRateBudget = (initial: RateLimits, nowMs: () => number = () => performance.now()): RateBudget => {
  let limits = initial;
  let tokens = burstOf(limits);
  let filledAt = nowMs();
  let active = 0;
  let alarm: NodeJS.Timeout | undefined;
  const waiting: (() => void)[] = [];

  const refill = (): void => {
    const now = nowMs();
    tokens = Math.min(burstOf(limits), tokens + ((now - filledAt) * limits.perMinute) / 60_000);
    filledAt = now;
  };
  const serve = (): void => {
    refill();
    while (waiting.length > 0 && active < limits.concurrent && tokens >= 1) {
      tokens -= 1;
      active += 1;
      waiting.shift()?.();
    }
    clearTimeout(alarm);
    alarm = undefined;
    if (waiting.length > 0 && active < limits.concurrent)
      alarm = setTimeout(serve, Math.max(1, Math.ceil(((1 - tokens) * 60_000) / limits.perMinute)));
  };
  const releaseOnce = (): (() => void) => {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      active -= 1;
      serve();
    };
  };

  return {
    adjust: (next) => {
      refill();
      limits = next;
      serve();
    },
    take: (signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason as Error);
          return;
        }
        const giveUp = (): void => {
          const at = waiting.indexOf(enter);
          if (at >= 0) waiting.splice(at, 1);
          serve();
          reject(signal.reason as Error);
        };
        const enter = (): void => {
          signal.removeEventListener('abort', giveUp);
          resolve(releaseOnce());
        };
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.push(enter);
        serve();
      }),
  };
};
