import { join } from 'node:path';
import mongoose from 'mongoose';
import type { PluginList } from '../../core/connector-kit/index.js';
import { startHub } from '../../core/main.js';
import { createLogger, type CheckpointName } from '../../core/observability/index.js';
import type { Bells } from '../../core/scheduling/index.js';
import { testSettings } from '../support/hub.js';
import { openDatabaseDoor, type CommandFate } from './database-door.js';
import type { PassingCommand } from './passing-command.js';
import type { Plant } from './plants.js';
import type { Owner, SimulatedTime } from './simulated-time.js';
import type { Traffic } from './traffic.js';
import { layWire, type Wire } from './wire.js';

/** What befalls a hub at a place. */
export type PlaceFate = 'pass' | 'die' | 'stand_still';

/** One hub in this process, cut off from the rest but for wires that the world holds. */
export interface SimulatedHub {
  readonly owner: Owner;
  /** Where the world reaches it; undefined before it listens. */
  readonly url: () => string | undefined;
  /** Settles when it has started, or has died before. */
  readonly started: Promise<void>;
  /** As SIGKILL: from now on nothing of it reaches anything. */
  kill(): void;
  /** As SIGSTOP. */
  standStill(): void;
  wake(): void;
  /** As SIGTERM. */
  stop(): Promise<void>;
  shutDatabase(): void;
  reopenDatabase(): void;
  /** Frees what it held. Only after {@link kill}. */
  bury(): Promise<void>;
}

/** What a hub of a world is started with. */
export interface SimulatedHubOptions {
  readonly name: string;
  readonly time: SimulatedTime;
  readonly traffic: Traffic;
  readonly plugins: PluginList;
  readonly scale: number;
  readonly leaseSeconds: number;
  readonly encryptionKeys: string;
  readonly directory: string;
  readonly databaseSocket: string;
  readonly databaseName: string;
  /** Wall ms as the database tells it. */
  readonly databaseNow: () => number;
  /** Ports of the fakes by the host they stand for. */
  readonly platforms: ReadonlyMap<string, number>;
  readonly bells: (owner: Owner) => Bells;
  readonly plant: Plant | undefined;
  readonly onCommand: (command: PassingCommand) => CommandFate;
  readonly onPlace: (place: CheckpointName, caseId: string) => PlaceFate;
  /** Told when a fate strikes: the world decides for how long it stands still, and when it comes back. */
  readonly struck: (hub: SimulatedHub, how: 'died' | 'stands still') => void;
  readonly log: (line: string) => void;
}

const never = () => new Promise<void>(() => undefined);

/** Starts a hub. Its clock is the world's, its database is reached through a door, its platforms over wires. */
export const startSimulatedHub = async (options: SimulatedHubOptions): Promise<SimulatedHub> => {
  const { time, traffic } = options;
  const owner: Owner = { name: options.name, state: 'starting' };
  let stateBefore: Owner['state'] = 'starting';
  let wake = () => { /* nobody waits */ };
  let awake = Promise.resolve();
  let inbound: Wire | undefined;
  let port: number | undefined;

  const path = join(options.directory, `${options.name}.sock`);
  const door = await openDatabaseDoor({
    path, target: options.databaseSocket, databaseName: options.databaseName, traffic, now: options.databaseNow, plant: options.plant,
    judge: options.onCommand,
    strike: (fate) => { strike(fate === 'stand_still' ? 'stand_still' : 'die'); },
  });
  const wires = new Map<string, Wire>();
  for (const [host, target] of options.platforms) wires.set(host, await layWire(() => ({ host: '127.0.0.1', port: target }), traffic));
  inbound = await layWire(() => (port === undefined ? undefined : { host: '127.0.0.1', port }), traffic);

  const everyWire = () => [...wires.values(), ...(inbound ? [inbound] : [])];
  const strike = (fate: 'die' | 'stand_still') => {
    if (owner.state === 'dead') return;
    if (fate === 'die') { hub.kill(); options.struck(hub, 'died'); }
    else if (owner.state !== 'still') { hub.standStill(); options.struck(hub, 'stands still'); }
  };
  const connectionOf = () => mongoose.connections.find((one) => {
    // mongoose's own first connection has no client
    const client = one.getClient() as ReturnType<typeof one.getClient> | undefined;
    return client?.options.hosts[0]?.socketPath === path;
  });

  const hub: SimulatedHub = {
    owner,
    url: () => (port === undefined || !inbound ? undefined : `http://127.0.0.1:${String(inbound.port)}`),
    started: Promise.resolve(),
    kill: () => {
      owner.state = 'dead';
      door.shut();
      for (const wire of everyWire()) wire.cut();
    },
    standStill: () => {
      if (owner.state === 'dead' || owner.state === 'still') return;
      stateBefore = owner.state;
      owner.state = 'still';
      door.hold();
      for (const wire of everyWire()) wire.hold();
      awake = new Promise((resolve) => { wake = resolve; });
    },
    wake: () => {
      if (owner.state !== 'still') return;
      owner.state = stateBefore;
      for (const wire of everyWire()) wire.release();
      door.release();
      wake();
    },
    stop: async () => {
      const running = await starting;
      await time.as(owner, () => running.stop());
    },
    shutDatabase: () => { door.shut(); },
    reopenDatabase: () => { if (owner.state !== 'dead') door.reopen(); },
    bury: async () => {
      await Promise.all([door.close(), ...everyWire().map((wire) => wire.close())]);
      const connection = connectionOf();
      // it would tell a server that is gone of its sessions: nobody waits for that
      connection?.getClient().close().catch(() => undefined);
      if (connection) mongoose.connections.splice(mongoose.connections.indexOf(connection), 1);
    },
  };

  const checkpoint = async (place: CheckpointName, caseId: string): Promise<void> => {
    if (owner.state === 'dead') return never();
    const fate = options.onPlace(place, caseId);
    if (fate !== 'pass') strike(fate);
    if (fate === 'die') return never();
    return awake;
  };
  const settings = testSettings(door.uri, {
    HUB_LEASE_SECONDS: String(options.leaseSeconds), HUB_TIME_SCALE: String(options.scale), HUB_ENCRYPTION_KEYS: options.encryptionKeys,
    HUB_PLATFORM_ROUTES: [...wires].map(([host, wire]) => `${host}=http://127.0.0.1:${String(wire.port)}`).join(','),
  });
  const logger = createLogger({ level: 'warn', destination: { write: (line: string) => { options.log(`${options.name} ${line.trim()}`); } } });
  const starting = time.as(owner, () => startHub(options.plugins, settings, { logger, checkpoint, bells: options.bells(owner) }));
  const listen = async () => {
    try {
      const running = await starting;
      port = Number(new URL(running.url ?? '').port);
      if (owner.state === 'starting') owner.state = 'alive';
      else stateBefore = 'alive';
    } catch (error) {
      options.log(`${options.name} did not start: ${String(error)}`);
      strike('die');
    }
  };
  return Object.assign(hub, { started: Promise.race([listen(), leftStart(owner)]) });
};

/** Resolves once the owner is not starting any more. */
const leftStart = async (owner: Owner): Promise<void> => {
  while (owner.state === 'starting') await new Promise<void>((resolve) => { setImmediate(resolve); });
};
