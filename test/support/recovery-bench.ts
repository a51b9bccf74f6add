import { ulid } from 'ulid';
import { cardIndexes, createCardLedger } from '../../core/cards/index.js';
import { caseIndexes, createCases, newConnectorCase, WriteNotKnown, type CaseDocument, type Cases, type SignalEvent } from '../../core/cases/index.js';
import { createVault, type Client, type ConnectionOptions } from '../../core/clients/index.js';
import type { RawDecline, RepeatProtection } from '../../core/connector-kit/index.js';
import { loadDeclineCatalogue } from '../../core/declines/index.js';
import { createLogger, type CheckpointName } from '../../core/observability/index.js';
import { runCase, standardEngine, type HoldEnd, type RecoveryPorts } from '../../core/recovery/index.js';
import { createManualClock, type ManualClock } from '../../core/scheduling/index.js';
import { connectStorage } from '../../core/storage/index.js';
import { dropTestDatabase, testDatabase } from './database.js';
import { scriptedMoney, type ScriptedMoney } from './scripted-money.js';

/** The process ended here: what it had in hand is gone. */
export class Killed extends Error { override readonly name = 'Killed'; }

const leaseMs = 30_000;
const minute = 60_000;

/** Recovery on a real store and a clock that stands still, around scripted money. */
export interface RecoveryBench {
  readonly clock: ManualClock;
  readonly ports: RecoveryPorts;
  readonly cases: Cases;
  readonly money: ScriptedMoney;
  readonly leaseMs: number;
  /** Notifications accepted, one per id. */
  readonly events: readonly { readonly id: string; readonly event: string; readonly body: Record<string, unknown> }[];
  readonly logLines: readonly string[];
  client: { status: Client['status']; settings: Client['settings'] };
  connection: { state: 'active' | 'disconnecting' | 'disconnected'; mode: CaseDocument['mode']; options: ConnectionOptions };
  /** Where the process ends next, once. */
  killAt: CheckpointName | undefined;
  /** What becomes of the next write of this name, once: lost before or after it was applied. */
  loseWrite: { readonly name: string; readonly when: 'before' | 'after' } | undefined;
  /** Told of every write that was applied. */
  onWritten: ((name: string, document: CaseDocument) => void) | undefined;
  /** Another worker takes the case under its holder's hands, and dies with it. */
  steal(caseId: string): Promise<void>;
  openCase(decline?: RawDecline | string, over?: Partial<CaseDocument>): Promise<string>;
  get(caseId: string): Promise<CaseDocument>;
  tell(caseId: string, event: SignalEvent, id?: string): Promise<void>;
  /** Claims the case, whether due or not, and runs it. */
  run(caseId: string): Promise<HoldEnd>;
  /** Moves the clock to when the case is due and runs it; `idle` where it waits for nobody, `parked` where five processes ended with it. */
  step(caseId: string): Promise<HoldEnd['end'] | 'idle' | 'parked' | 'killed'>;
  /** Steps until it is closed or waits for nobody. Answers how often it was held. */
  drive(caseId: string, most?: number): Promise<number>;
  /** The money, the events and the faults as at the start; the clock goes on. */
  reset(): void;
  stop(): Promise<void>;
}

/** A failed payment as a platform tells of it. */
export const declineOf = (code: string): RawDecline => ({ system: 'test', code, reachedNetwork: true });

/** An invoice paid, as a platform tells of it. */
export const invoicePaid = (at: Date): SignalEvent => ({ type: 'invoice_paid', occurredAt: at, invoice: { ref: 'in_1' } });

/** Starts the bench on a database of its own. `route`: `gateway` where the connection maps the account of its cards to a gateway of ours. */
export const startRecoveryBench = async (options: { readonly label: string; readonly protection?: RepeatProtection; readonly route?: 'platform' | 'gateway' }): Promise<RecoveryBench> => {
  const database = testDatabase(options.label);
  const storage = await connectStorage(database.uri);
  await storage.ensureIndexes([caseIndexes, cardIndexes]);
  const clock = createManualClock(new Date('2026-11-18T12:00:00Z'));
  const vault = createVault([{ id: 'k1', key: new Uint8Array(32).fill(7) }]);
  const stored = createCases({ storage, clock, leaseMs, scheduler: { define: () => undefined, due: () => undefined, start: async () => undefined, stop: async () => undefined } });
  const money = scriptedMoney(clock, { minor: 4900, currency: 'USD' }, options.protection, options.route);
  const logLines: string[] = [];
  const events: { id: string; event: string; body: Record<string, unknown> }[] = [];
  const clientId = 'client-1';

  const cases: Cases = {
    ...stored,
    write: async (write) => {
      const fault = bench.loseWrite?.name === write.name ? bench.loseWrite : undefined;
      if (!fault) {
        const written = await stored.write(write);
        if (written.status === 'written') bench.onWritten?.(write.name, written.document);
        return written;
      }
      bench.loseWrite = undefined;
      if (fault.when === 'after') {
        const written = await stored.write(write);
        if (written.status === 'written') bench.onWritten?.(write.name, written.document);
      }
      throw new WriteNotKnown(write.name, new Error('the connection broke'));
    },
  };

  const client = (): Client => ({
    clientId, businessName: 'Merchant', mode: 'test', gatewayAccountIds: ['acct-1'], createdAt: clock.wallNow(), ...bench.client,
  });
  const account = { gatewayAccountId: 'acct-1', clientId, type: 'sample', mode: 'test' as const, revision: 1, createdAt: new Date(0), retiredAt: null };
  const connection = () => ({
    connectionId: 'conn-1', clientId, platform: 'sample-billing', urlKey: clientId, accountMode: 'test', platformAccountRef: null, revision: 1,
    createdAt: new Date(0), updatedAt: new Date(0), ...bench.connection,
  });

  const ports = {
    cases, clock, leaseMs, vault, engine: standardEngine, catalogue: loadDeclineCatalogue(),
    cards: createCardLedger({ storage, clock }),
    clients: {
      find: async () => client(), findFresh: async () => client(), gatewayAccounts: async () => [account],
      openGatewayAccount: async () => ({ account: { connectionId: 'acct-1', clientId, mode: 'test', config: {} }, record: account }),
      openConnection: async () => (bench.connection.state === 'disconnected' ? undefined : { connection: { connectionId: 'conn-1', clientId, mode: 'test', config: {} }, record: connection() }),
      connectionFresh: async () => connection(),
    },
    connectionIdsOf: async () => ['conn-1'],
    registry: { useConnector: () => money.connector, useGateway: () => money.gateway },
    notifications: {
      accept: async (entry: { id: string; event: string; sealedBody: string }) => {
        if (events.some((one) => one.id === entry.id)) return;
        events.push({ id: entry.id, event: entry.event, body: JSON.parse(vault.open(entry.sealedBody, `event/${entry.id}`)) as Record<string, unknown> });
      },
      releaseHeld: async () => undefined,
    },
    logger: createLogger({ level: 'debug', destination: { write: (line: string) => { logLines.push(line); } } }),
    standstill: async () => undefined,
    checkpoint: (name: CheckpointName) => {
      if (bench.killAt !== name) return;
      bench.killAt = undefined;
      throw new Killed(name);
    },
  } as unknown as RecoveryPorts;

  const get = async (caseId: string) => {
    const document = await stored.find(caseId);
    if (!document) throw new Error(`There is no case ${caseId}`);
    return document;
  };

  const run = async (caseId: string) => {
    const claimed = await stored.claim(caseId);
    if (!claimed) throw new Error('the case is held');
    return runCase(claimed, ports);
  };

  const step: RecoveryBench['step'] = async (caseId) => {
    const document = await get(caseId);
    if (!document.nextAt) return 'idle';
    if (document.strikes >= 5) return 'parked';
    const wall = document.holder === null ? clock.wallNow() : document.leaseUntil ?? clock.wallNow();
    clock.advance(Math.max(0, wall.getTime() - clock.wallNow().getTime(), document.nextAt.getTime() - clock.hubNow().getTime()));
    try {
      return (await run(caseId)).end;
    } catch (error) {
      if (error instanceof Killed || error instanceof WriteNotKnown) return 'killed';
      throw error;
    }
  };

  const bench: RecoveryBench = {
    clock, ports, cases, money, leaseMs, events, logLines,
    client: {
      status: 'active',
      settings: {
        webhookUrl: 'https://merchant.example/hook', billingCycleDay: null, timezone: 'UTC', dunningEnabled: true, notificationChannels: ['WEBHOOK'], webhookDurableRetry: true,
        webhookEvents: [], maxRetries: 5, horizonDays: 35, retrySchedule: null, autoRefundDuplicates: true, paused: false,
      },
    },
    connection: {
      state: 'active', mode: 'active',
      options: { gatewayMap: options.route === 'gateway' ? { acct: 'acct-1' } : {}, platformRetriesOff: false, takeOver: 'immediately', onBlocked: 'stop' },
    },
    killAt: undefined, loseWrite: undefined, onWritten: undefined,
    openCase: async (decline = 'generic_decline', over = {}) => {
      const document = newConnectorCase({
        caseId: ulid(), clientId, connectionId: 'conn-1', platform: 'sample-billing', invoice: { ref: 'in_1', customerRef: 'cus_1', subscriptionRef: 'sub_1' },
        amount: { minor: 4900, currency: 'USD' }, decline: typeof decline === 'string' ? declineOf(decline) : decline, mode: 'active', refs: [], signalId: 'opened',
        tried: [{ methodDigest: vault.digest('token/sample/pm_1') }], now: clock.hubNow(),
      });
      const opened = await stored.open({ ...document, ...over });
      if (opened.status !== 'opened') throw new Error(`not opened: ${opened.by}`);
      return document._id;
    },
    get, run, step,
    steal: async (caseId) => {
      await stored.collection.updateOne({ _id: caseId }, { $set: { holder: 'another', leaseUntil: new Date(clock.wallNow().getTime() + leaseMs) }, $inc: { fence: 1 } });
    },
    tell: async (caseId, event, id = ulid()) => { await stored.signal(caseId, id, event); },
    drive: async (caseId, most = 100) => {
      for (let holds = 0; holds < most; holds += 1) {
        const document = await get(caseId);
        if (document.status !== 'queued' && document.status !== 'attempting' && document.status !== 'unknown' && document.outbox.length === 0) return holds;
        const end = await step(caseId);
        if (end === 'idle' || end === 'parked') return holds;
      }
      throw new Error(`The case was held ${most} times and has not ended`);
    },
    reset: () => {
      money.replies.length = 0;
      money.tried.length = 0;
      money.faults.length = 0;
      money.recorded.length = 0;
      money.reversed.length = 0;
      money.refundReplies.length = 0;
      money.refundRequests.length = 0;
      money.refunded.clear();
      money.invoice.other.length = 0;
      Object.assign(money.invoice, { state: 'open', inProgress: 'no' });
      Object.assign(money, { reads: 'up', dunning: 'up', takeOver: 'taken', retries: 'on', records: [], cards: { methodRef: 'pm_1' }, onCharge: undefined, onCharged: undefined, onRead: undefined, onList: undefined });
      Object.assign(money.calls, { reads: 0, finds: 0, lists: 0, handBacks: [], takeOvers: [], dunning: [], prepares: 0, revokes: 0, records: 0, recordKeys: [] });
      events.length = 0;
      logLines.length = 0;
      Object.assign(bench, { killAt: undefined, loseWrite: undefined, onWritten: undefined });
    },
    stop: async () => {
      await storage.close();
      await dropTestDatabase(database);
    },
  };
  clock.advance(minute);
  return bench;
};
