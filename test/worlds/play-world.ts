import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startStripeFake } from '../../connectors/stripe-billing/fake-platform.js';
import { createCases } from '../../core/cases/index.js';
import { createClients, createKillSwitch, createVault } from '../../core/clients/index.js';
import { loadPlugins } from '../../core/plugin-registry/index.js';
import { createCaseDesk } from '../../core/recovery/index.js';
import { createClock, type Scheduler } from '../../core/scheduling/index.js';
import { connectStorage } from '../../core/storage/index.js';
import { controlOf } from '../plugins/unprotected-gateway/fake-control.js';
import { startGatewayFake } from '../plugins/unprotected-gateway/fake/gateway-fake.js';
import { HOST as gatewayHost } from '../plugins/unprotected-gateway/gateway-api.js';
import plugins from '../proof/plugins.js';
import { testSettings } from '../support/hub.js';
import { chanceOf } from './chance.js';
import { createFaultDesk } from './fault-desk.js';
import { gatherEvidence } from './gather-evidence.js';
import { createHubs } from './hubs.js';
import { createMend } from './mend.js';
import { mappedAccount } from './plan-bills.js';
import type { Plant } from './plants.js';
import { startReceiverLog } from './receiver-log.js';
import { runToRest } from './run-to-rest.js';
import { scenarioOf, type Edition, type Scenario } from './scenario.js';
import { hangBells } from './simulated-bells.js';
import type { SimulatedTime } from './simulated-time.js';
import { createTrace } from './trace.js';
import { createTraffic } from './traffic.js';
import { planScript } from './world-script.js';
import type { WorldEnd } from './world-end.js';
import { judge } from '../proof/laws/index.js';

const encryptionKeys = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
const apiKey = 'uk_test_world';
const stripeKey = 'sk_test_world';
export const webhookSecret = 'whsec_c3RyaXBlLXNlY3JldC1vZi1hLXdvcmxk';

/** What a world is played in: one database server and one time for all worlds of a process. */
export interface Stage {
  readonly time: SimulatedTime;
  readonly databaseSocket: string;
  readonly directory: string;
  readonly edition?: Edition | undefined;
  /** A violation to plant. */
  readonly plant?: Plant | undefined;
}

/** Plays the world of a seed to its rest and judges it. */
export const playWorld = async (seed: number, stage: Stage, change: (scenario: Scenario) => Scenario = (scenario) => scenario): Promise<WorldEnd> => {
  const { time } = stage;
  const from = process.hrtime.bigint();
  const scenario = change(scenarioOf(seed, stage.edition));
  const chance = chanceOf(`events of ${String(seed)}`);
  // far ahead of real time, so that the database's own clock finds nothing to expire
  const origin = new Date(Date.UTC(2040, 2, 5, 9) + (seed % 336) * 3_600_000);
  time.begin(origin);
  const start = origin.getTime();
  const clock = createClock({ scale: scenario.scale, origin });
  const trace = createTrace(() => time.now() - start, (ms) => (ms * scenario.scale) / 86_400_000);
  const traffic = createTraffic();
  const databaseName = `world_${String(seed)}`;
  const directory = join(stage.directory, String(seed));
  mkdirSync(directory, { recursive: true });
  const uri = `mongodb://${encodeURIComponent(stage.databaseSocket)}/${databaseName}?directConnection=true`;
  const storage = await connectStorage(uri);
  await storage.database.dropDatabase();

  const receiver = await startReceiverLog();
  const gateway = await startGatewayFake({ scale: scenario.scale, origin, apiKey, settings: { switch: scenario.protection, lagMs: scenario.lagMs, ...stage.plant?.gateway } });
  const gatewayControl = controlOf(gateway.url);
  const stripe = await startStripeFake({ scale: scenario.scale, origin, apiKey: stripeKey, seed, twinEvents: scenario.webhooks.twins });
  for (const [card, results] of Object.entries(scenario.cards)) await gatewayControl.method(card, results);

  const desk = createFaultDesk(scenario.faults, scenario.hazards.poison, trace);
  const bells = hangBells({
    time, chance: chance.stream('bells'), odd: scenario.oddBells, wallAt: (hub) => clock.wallAt(hub).getTime(),
    rung: (how) => { if (how !== 'bell once') trace.struck(how); },
  });
  const hubs = createHubs({
    scenario, desk, bells, trace, time, traffic, chance: chance.stream('hubs'), plant: stage.plant, plugins, encryptionKeys, directory, databaseSocket: stage.databaseSocket, databaseName,
    platforms: new Map([[gatewayHost, gateway.port], ['api.stripe.com', stripe.port]]),
  });
  await hubs.startAll();

  const settings = testSettings(uri, { HUB_ENCRYPTION_KEYS: encryptionKeys });
  const vault = createVault(settings.encryptionKeys);
  const routes = new Map([[gatewayHost, new URL(gateway.url)], ['api.stripe.com', new URL(stripe.url)]]);
  const registry = await loadPlugins(plugins, { wallNow: () => new Date(), routes });
  const clients = createClients({ storage, vault, registry, settings, clock });
  const client = await clients.create({
    businessName: 'World', mode: 'test', webhookUrl: receiver.url, webhookEvents: ['recovery.cancelled'],
    gateways: [{ type: 'unprotected', credentials: { apiKey, protection: scenario.protection, absentIsFinalAfterMs: scenario.absentIsFinalAfterMs } }],
  });
  const { clientId } = client.client;
  const connection = await clients.setConnection(clientId, 'stripe-billing', {
    credentials: { apiKey: stripeKey, webhookSecrets: [webhookSecret] },
    ...(scenario.hazards.mapped === 'yes' ? { gatewayMap: { [mappedAccount]: client.client.gatewayAccountIds[0] ?? '' } } : {}),
  });
  const webhookPath = `/api/connectors/stripe-billing/webhook/${clientId}`;
  for (let n = 0; n < scenario.webhooks.endpoints; n += 1) {
    const { duplicates, disorder } = scenario.webhooks;
    stripe.world.registerWebhook({ url: `${hubs.front()}${webhookPath}`, secret: webhookSecret, seed: seed + n, duplicates, disorder });
  }

  const leaseMs = scenario.leaseSeconds * 1000;
  const ringing = bells.of({ name: 'operator', state: 'alive' });
  const scheduler: Scheduler = { define: () => undefined, due: (lane, at) => { void ringing.ring(lane, at); }, start: async () => undefined, stop: async () => undefined };
  const cases = createCases({ storage, clock, leaseMs, scheduler });
  const script = planScript({
    scenario, clock, time, trace, hubs, gateway: gatewayControl, stripe, receiver, cases, operators: createCaseDesk({ cases, clock }),
    killSwitch: createKillSwitch({ storage, clock }), apiKey: client.apiKey, connectionId: connection.connectionId,
    webhook: { path: webhookPath, secret: webhookSecret }, disconnect: () => clients.beginDisconnect(connection.connectionId),
  });
  const { mend, replayed } = createMend({
    storage, clock, leaseMs, vault, scheduler, trace, resolve: (caseId) => script.resolve(caseId), cure: () => { desk.cure(); },
    replays: stage.plant?.operators === 'replay_nothing' ? 'nothing' : 'all',
  });
  const rest = await runToRest({ scenario, time, traffic, bells, script, hubs, storage, clock, trace, start, mend });
  const evidence = await gatherEvidence({ storage, clock, gateway: await gatewayControl.ledger(), stripe, receiver, scenario, script, replayed });
  const violations = judge(evidence);
  const state = (await clients.connectionFresh(connection.connectionId))?.state;

  hubs.killAll();
  await hubs.buryAll();
  await Promise.all([receiver.close(), gateway.close(), stripe.close(), registry.close()]);
  await storage.database.dropDatabase();
  // not `close` of mongoose: it waits for a timer, and time stands still
  await storage.connection.getClient().close();
  rmSync(directory, { recursive: true, force: true });
  return {
    seed,
    scenario,
    violations,
    unfinished: [...rest.unfinished, ...state === 'disconnecting' ? ['the connection is still being given up'] : []],
    cases: evidence.cases.length,
    requests: evidence.requests.length,
    charged: evidence.taken.filter(({ by }) => by === 'us').length,
    deliveries: evidence.deliveries.length,
    notifications: evidence.notifications.length,
    faults: trace.faults(),
    steps: rest.steps,
    ms: Number((process.hrtime.bigint() - from) / 1_000_000n),
    trace: trace.lines(),
  };
};
