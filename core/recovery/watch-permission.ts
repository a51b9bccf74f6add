const everyMs = 400;
const staleMs = 1000;

/** Whether a charge may still begin, followed while it waits for its turn. */
export interface WatchedPermission {
  /** Why it may not begin any more; undefined: it may. Answers from what was last read. */
  heldBack(): string | undefined;
  end(): void;
}

/**
 * Follows a permission that was read just now: asks again every 0.4 s, so that a stop reaches also the charges that wait for their account's rate. What
 * could not be read for a second holds back as well.
 */
export const watchPermission = (ask: () => Promise<string | undefined>): WatchedPermission => {
  let readAt = performance.now();
  let refusal: string | undefined;
  let asking = false;
  const again = async () => {
    if (asking) return;
    asking = true;
    const from = performance.now();
    try {
      refusal = await ask();
      readAt = from;
    } catch {
      // the age of the last answer says it
    } finally { asking = false; }
  };
  const timer = setInterval(() => { void again(); }, everyMs);
  return {
    heldBack: () => refusal ?? (performance.now() - readAt < staleMs ? undefined : 'Whether charges are paused cannot be read now.'),
    end: () => { clearInterval(timer); },
  };
};
