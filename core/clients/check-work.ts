import type { HealthFinding } from '../connector-kit/index.js';
import type { Logger } from '../observability/index.js';
import type { PluginRegistry } from '../plugin-registry/index.js';
import type { LaneWork, LeaseTerms, Scheduler } from '../scheduling/index.js';
import type { Storage } from '../storage/index.js';
import { askHealth } from './ask-health.js';
import type { Clients } from './clients.js';
import { checkAgainMs, checkKind, checksName, type ConnectionCheck } from './connection-check.js';

const codesOf = (needs: readonly HealthFinding[]): readonly string[] => [...new Set(needs.map(({ code }) => code))].sort((one, other) => one.localeCompare(other));

/** Asks the platforms about their connections again and again: daily, and sooner while something is wrong. Changes no connection: what is missing is shown and told. */
export const connectionCheckWork = (options: LeaseTerms & {
  readonly storage: Storage; readonly clients: Pick<Clients, 'openConnection'>; readonly registry: PluginRegistry; readonly scheduler: Pick<Scheduler, 'due'>; readonly logger: Logger;
}): LaneWork<ConnectionCheck> => {
  const { clients, registry, clock, logger } = options;
  const checks = options.storage.collection<ConnectionCheck>(checksName);

  const letGo = async (check: ConnectionCheck, change: Partial<Pick<ConnectionCheck, 'needs' | 'checkedAt' | 'dueAt'>>) => {
    const nextAt = clock.hubAt(change.dueAt ?? check.dueAt);
    const { matchedCount } = await checks.updateOne({ _id: check._id, holder: check.holder, fence: check.fence }, {
      $set: { holder: null, strikes: 0, nextAt, ...change }, $unset: { leaseUntil: '' },
    });
    if (matchedCount === 1) options.scheduler.due(`${checkKind}/${check._id}`, nextAt);
  };

  const tell = (check: ConnectionCheck, needs: readonly HealthFinding[]) => {
    const codes = codesOf(needs);
    const line = { connectionId: check._id, clientId: check.clientId, needs: codes };
    if (codes.join() === codesOf(check.needs).join()) return;
    if (codes.length === 0) logger.info(line, 'a connection needs nothing any more');
    else logger.warn({ ...line, alert: 'connection_needs' }, 'a connection needs something; clients show says what');
  };

  return {
    kind: checkKind,
    collection: checks,
    run: async (check) => {
      const now = clock.wallNow();
      if (now < check.dueAt) return letGo(check, {});
      const opened = await clients.openConnection(check._id);
      const connector = opened && registry.connector(opened.record.platform);
      if (!opened || !connector) {
        // disconnected: setting it again brings the check back
        await checks.updateOne({ _id: check._id, holder: check.holder, fence: check.fence }, { $set: { holder: null, strikes: 0 }, $unset: { leaseUntil: '', nextAt: '' } });
        return undefined;
      }
      const { connectionId: _id, ...asked } = opened.connection;
      const needs = await askHealth({ registry, clock }, { slug: opened.record.platform, displayName: connector.displayName }, asked, options.leaseMs * 0.8);
      tell(check, needs);
      return letGo(check, { needs, checkedAt: now, dueAt: new Date(now.getTime() + checkAgainMs(needs)) });
    },
    park: async (check) => {
      logger.error({ connectionId: check._id, clientId: check.clientId }, 'five processes ended while a connection was being checked; it is checked again in a day');
      await letGo(check, { dueAt: new Date(clock.wallNow().getTime() + checkAgainMs([])) });
    },
  };
};
