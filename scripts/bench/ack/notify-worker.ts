/** One hub's notifications as a process of its own: hands events over at random moments while another merchant's are waiting. */
import { setTimeout as wait } from 'node:timers/promises';
import { ulid } from 'ulid';
import { z } from 'zod';
import { clientIndexes, createClients, createVault } from '../../../core/clients/index.js';
import { readSettings } from '../../../core/configuration/index.js';
import { createNotifications } from '../../../core/notifications/index.js';
import { createLogger } from '../../../core/observability/index.js';
import { loadPlugins } from '../../../core/plugin-registry/index.js';
import { agendaIndexes, createAgendaBells, createScheduler, loadHubClock } from '../../../core/scheduling/index.js';
import { connectStorage } from '../../../core/storage/index.js';
import plugins from '../../../plugins.config.js';
import { serve } from '../serve.js';

const leaseMs = 30_000;
const healthy = 50;
const concurrency = 10;
const uri = process.env['BENCH_URI'] ?? '';
const receiver = process.env['BENCH_RECEIVER'] ?? '';

const read = readSettings({ MONGODB_URI: uri, HUB_ENV: 'test' });
if (!read.ok) throw new Error('The settings of the benchmark do not read');
const logger = createLogger({ level: 'silent' });
const storage = await connectStorage(uri);
await storage.database.dropDatabase();
const registry = await loadPlugins(plugins, { wallNow: () => new Date() });
const clock = await loadHubClock(storage, { scale: undefined });
const vault = createVault([{ id: 'bench', key: new Uint8Array(32).fill(11) }]);
const bells = createAgendaBells({ storage, clock, leaseMs, concurrency: concurrency * 2, onError: () => undefined });
const scheduler = createScheduler({ bells, clock, leaseMs, works: 'here', concurrency, onError: () => undefined });
const clients = createClients({ storage, vault, registry, settings: read.settings, clock });
const notifications = createNotifications({
  storage, scheduler, clock, leaseMs, vault, logger,
  recipients: {
    webhookTarget: async (clientId) => {
      const client = await clients.find(clientId);
      if (!client || client.settings.webhookUrl === null) return undefined;
      return { url: client.settings.webhookUrl, secrets: await clients.signingSecrets(clientId), durableRetry: true, environment: read.settings.env };
    },
  },
});
await storage.ensureIndexes([agendaIndexes, ...clientIndexes, ...notifications.indexes]);
const newClient = async (path: string) => (await clients.create({ businessName: path, webhookUrl: `${receiver}${path}`, gateways: [{ type: 'test', credentials: {} }] })).client.clientId;
const living = await Promise.all(Array.from({ length: healthy }, (_, n) => newClient(`/merchant/${String(n)}`)));
const dead = await newClient('/dead');
await scheduler.start();

const accept = async (clientId: string): Promise<string> => {
  const id = `msg_${ulid()}`;
  const body = JSON.stringify({ event: 'recovery.success', revtainTransactionId: `pay_${ulid()}`, amount: 4900, currency: 'USD', message: 'Payment recovered.' });
  await notifications.accept({ id, clientId, caseId: ulid(), event: 'recovery.success', sealedBody: vault.seal(body, `event/${id}`) });
  return id;
};

serve({
  /** So many events of the dead endpoint, waiting. */
  waiting: async (facts) => {
    const { backlog } = z.object({ backlog: z.number() }).parse(facts);
    await Promise.all(Array.from({ length: backlog }, () => accept(dead)));
    return backlog;
  },
  /** Hands over events of the healthy at random moments; answers when each was to be handed over, in ms of the system's clock. */
  round: async (facts) => {
    const { events, perSecond } = z.object({ events: z.number(), perSecond: z.number() }).parse(facts);
    const scheduled: Record<string, number> = {};
    const underWay: Promise<void>[] = [];
    let at = performance.now();
    for (let n = 0; n < events; n += 1) {
      at += -Math.log(1 - Math.random()) * 1000 / perSecond;
      const due = at;
      if (due > performance.now()) await wait(due - performance.now());
      underWay.push(accept(living[n % healthy] ?? dead).then((id) => { scheduled[id] = performance.timeOrigin + due; return undefined; }));
    }
    await Promise.all(underWay);
    return scheduled;
  },
  /** Forgets everything that waits. */
  clear: async () => {
    await storage.collection('notifications').deleteMany({});
    return 'cleared';
  },
}, async () => {
  await scheduler.stop();
  await notifications.stop();
  await registry.close();
  await storage.close();
});
