import { caseIndexes, createCases } from '../../core/cases/index.js';
import { createVault, isKnownConnection } from '../../core/clients/index.js';
import type { Settings } from '../../core/configuration/index.js';
import { createNotifications, type Notifications } from '../../core/notifications/index.js';
import { createLogger } from '../../core/observability/index.js';
import { createCaseDesk, type CaseDesk } from '../../core/recovery/index.js';
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
  try {
    return await work({
      settings, notifications,
      cases: createCaseDesk({ cases: createCases({ storage, scheduler, clock, leaseMs }), clock }),
      deliveries: createDeliveryDesk({ storage, scheduler, vault, clock }),
      isKnownConnection: (connectionId) => isKnownConnection(storage, connectionId),
      audit: (deed) => audit(storage, deed),
    });
  } finally {
    await notifications.stop();
    await scheduler.stop();
  }
});
