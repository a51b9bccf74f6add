import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { createNotifications, type NotificationEntry, type Notifications, type NotificationsOptions, type WebhookTarget } from '../../core/notifications/index.js';
import { createLogger } from '../../core/observability/index.js';
import { claimDue, claimStruck, type Clock, type DueDocument, type LaneWork, type Scheduler } from '../../core/scheduling/index.js';
import { connectStorage, type Storage } from '../../core/storage/index.js';

/** Seals for tests: readable, but bound to its context as the real one is. */
export const testVault = {
  seal: (plain: string, context: string): string => `${context}\n${Buffer.from(plain).toString('base64')}`,
  open: (sealed: string, context: string): string => {
    const [sealedFor, text = ''] = sealed.split('\n');
    if (sealedFor !== context) throw new Error('sealed for another context');
    return Buffer.from(text, 'base64').toString();
  },
};

/** A signing secret of the shape clients are given. */
export const signingSecret = (fill: number): string => `whsec_${Buffer.alloc(24, fill).toString('base64')}`;

/** An entry of a case's outbox. */
export const entryOf = (id: string, over: Partial<NotificationEntry> & { readonly plain?: string } = {}): NotificationEntry => {
  const { plain = `{"event":"recovery.success","note":"${id}"}`, ...rest } = over;
  return { id, clientId: 'client-1', caseId: `case-of-${id}`, event: 'recovery.success', sealedBody: testVault.seal(plain, `event/${id}`), ...rest };
};

/** The notifications room with a scheduler that only remembers: time moves when the test says so. */
export interface NotificationBench {
  readonly notifications: Notifications;
  readonly storage: Storage;
  readonly logged: () => string;
  readonly woken: readonly { readonly lane: string; readonly at: Date }[];
  /** Runs what is due on a client's lane, once each, and waits until it has been put down. */
  drain(clientId?: string): Promise<number>;
  /** Runs the notifications a process died with, one after the other. */
  drainStruck(clientId?: string): Promise<number>;
  stop(): Promise<void>;
}

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('waited 15 s in vain');
    await wait(10);
  }
};

/** Opens a database of `uri` and makes the room on it, sending to `target` unless `recipients` says otherwise. */
export const openNotificationBench = async (options: {
  readonly uri: string; readonly clock: Clock; readonly leaseMs?: number; readonly target?: WebhookTarget;
  readonly recipients?: NotificationsOptions['recipients']; readonly dispatcher?: NotificationsOptions['dispatcher'];
  readonly vault?: NotificationsOptions['vault'];
  /** The real scheduler instead of the one that only remembers. */
  readonly scheduler?: (storage: Storage) => Scheduler;
}): Promise<NotificationBench> => {
  const storage = await connectStorage(options.uri);
  const lines: string[] = [];
  const destination = new Writable({ write: (chunk: Buffer, _encoding, done) => { lines.push(chunk.toString()); done(); } });
  const woken: { lane: string; at: Date }[] = [];
  const works: LaneWork<DueDocument>[] = [];
  const real = options.scheduler?.(storage);
  const remembering: Pick<Scheduler, 'define' | 'due'> = {
    define: (work) => { works.push(work as unknown as LaneWork<DueDocument>); },
    due: (lane, at) => { woken.push({ lane, at }); },
  };
  const leaseMs = options.leaseMs ?? 3000;
  const notifications = createNotifications({
    storage, clock: options.clock, leaseMs, vault: options.vault ?? testVault,
    scheduler: real ?? remembering,
    recipients: options.recipients ?? { webhookTarget: () => Promise.resolve(options.target) },
    logger: createLogger({ level: 'debug', destination }),
    ...(options.dispatcher ? { dispatcher: options.dispatcher } : {}),
  });
  await storage.ensureIndexes(notifications.indexes);
  await real?.start();
  const terms = { clock: options.clock, leaseMs };
  const work = () => {
    const [only] = works;
    if (!only) throw new Error('no work was registered');
    return only;
  };
  const putDown = async (lane: string) => {
    await until(async () => (await work().collection.countDocuments({ lane, holder: { $ne: null } })) === 0);
  };
  return {
    notifications,
    storage,
    logged: () => lines.join(''),
    woken,
    drain: async (clientId = 'client-1') => {
      const lane = `notification/${clientId}`;
      const claimed = await claimDue(work().collection, terms, { lane, limit: 100 });
      for (const document of claimed) await work().run(document);
      await putDown(lane);
      return claimed.length;
    },
    drainStruck: async (clientId = 'client-1') => {
      const lane = `notification/${clientId}`;
      const struck = await claimStruck(work().collection, terms, { lane });
      if (!struck) return 0;
      await (struck.strikes > 5 ? work().park(struck) : work().run(struck));
      await putDown(lane);
      return struck.strikes;
    },
    stop: async () => {
      await real?.stop();
      await notifications.stop();
      await storage.close();
    },
  };
};
