import type { HealthFinding } from '../connector-kit/index.js';
import type { DueDocument } from '../scheduling/index.js';
import type { Collection } from '../storage/index.js';
import { holdsBackActive } from './holds-back-active.js';

/** What a platform last said about a connection, and when it is asked again. `checkedAt` (null: not asked yet) and `dueAt` are wall time: platforms know no other. */
export interface ConnectionCheck extends DueDocument {
  readonly v: 1;
  readonly clientId: string;
  readonly needs: readonly HealthFinding[];
  readonly checkedAt: Date | null;
  readonly dueAt: Date;
}

export const checksName = 'connection_checks';
export const checkKind = 'check';

const minuteMs = 60_000;

/** How long until it is asked again: a day, an hour while something keeps it from charging, a quarter of one while the platform does not answer. */
export const checkAgainMs = (needs: readonly HealthFinding[]): number => {
  if (needs.some(({ code }) => code === 'platform_down')) return 15 * minuteMs;
  return (needs.some(holdsBackActive) ? 60 : 24 * 60) * minuteMs;
};

/** Notes what was just said about a connection that was set; `needs` undefined: nobody asked. A check under way finds its hold gone. */
export const noteCheck = async (
  checks: Collection<ConnectionCheck>, connection: { readonly connectionId: string; readonly clientId: string }, needs: readonly HealthFinding[] | undefined, now: Date,
): Promise<void> => {
  const { connectionId, clientId } = connection;
  const dueAt = new Date(now.getTime() + checkAgainMs(needs ?? []));
  await checks.updateOne({ _id: connectionId, v: 1 }, {
    // hub time is not known to whoever sets a connection; a check that comes too early waits for `dueAt`
    $set: { clientId, lane: `${checkKind}/${connectionId}`, nextAt: dueAt, dueAt, needs: needs ?? [], checkedAt: needs ? now : null, holder: null, strikes: 0 },
    $inc: { fence: 1 }, $unset: { leaseUntil: '' },
  }, { upsert: true });
};
