import { caseIndexes, createCases } from '../../core/cases/index.js';
import { abandonDisconnect, createVault, isKnownConnection } from '../../core/clients/index.js';
import type { Settings } from '../../core/configuration/index.js';
import { createNotifications, type Notifications } from '../../core/notifications/index.js';
import { createLogger } from '../../core/observability/index.js';
import { countOwed, createCaseDesk, findStuckCases, type CaseDesk, type OwedByConnection, type StuckCases } from '../../core/recovery/index.js';
import { createAgendaBells, readHubClock } from '../../core/scheduling/index.js';
import { createDeliveryDesk, type DeliveryDesk } from '../../core/webhook-intake/index.js';
import { audit, type Deed } from './audit.js';
import { createRingingScheduler } from './ringing-scheduler.js';
import { withStorage } from './open-storage.js';

/** What operators handle while the hub runs or rests. Needs no plugin, so that a broken one keeps nobody from it. */
export interface OpenDesks {
  readonly settings: Settings;
  readonly cases: CaseDesk;
  readonly deliveries: DeliveryDesk;
  readonly notifications: Pick<Notifications, 'list' | 'replay' | 'replayAll'>;
  isKnownConnection(connectionId: string): Promise<'yes' | 'no'>;
  /** Cases that nothing moves on any more, at most `most` of each kind. */
  stuckCases(most: number): Promise<StuckCases>;
  /** What the cases of a connection still need its credentials for. */
  owedBy(connectionId: string): Promise<OwedByConnection>;
  /** Removes the credentials of a connection that is being disconnected, whatever is owed, and has its cases told. */
  abandonDisconnect(connectionId: string): Promise<'abandoned' | 'not_disconnecting'>;
  audit(deed: Deed): Promise<void>;
}

/**
 * Runs `work` on the desks of the hub that the environment names; what it made due is rung before it returns.
 * @throws as withStorage
 */
export const withDesks = <T>(work: (desks: OpenDesks) => Promise<T>): Promise<T> => withStorage(async ({ settings, storage }) => {
  const clock = await readHubClock(storage);
  const leaseMs = settings.leaseSeconds * 1000;
  const vault = createVault(settings.encryptionKeys);
  const scheduler = createRingingScheduler(() => createAgendaBells({ storage, clock, leaseMs, concurrency: 1, onError: () => undefined }));
  await storage.ensureIndexes([caseIndexes]);
  const notifications = createNotifications({
    storage, scheduler, clock, leaseMs, vault, logger: createLogger({ level: 'silent' }), recipients: { webhookTarget: async () => undefined },
  });
  const cases = createCases({ storage, scheduler, clock, leaseMs });
  try {
    return await work({
      settings, notifications,
      cases: createCaseDesk({ cases, clock }),
      deliveries: createDeliveryDesk({ storage, scheduler, vault, clock }),
      isKnownConnection: (connectionId) => isKnownConnection(storage, connectionId),
      stuckCases: (most) => findStuckCases(cases.collection, most),
      owedBy: (connectionId) => countOwed(cases.collection, connectionId),
      abandonDisconnect: async (connectionId) => {
        const end = await abandonDisconnect(storage, connectionId, clock.wallNow());
        if (end === 'abandoned') scheduler.due(`connection/${connectionId}`, clock.hubNow());
        return end;
      },
      audit: (deed) => audit(storage, deed),
    });
  } finally {
    await notifications.stop();
    await scheduler.stop();
  }
});
