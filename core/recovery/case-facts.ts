import { openKeysOf, type CaseDocument } from '../cases/index.js';
import type { OpenedConnection } from '../clients/index.js';
import type { ConnectorUse, GatewayUse } from '../plugin-registry/index.js';
import type { CaseFacts, RouteFacts } from './case-steps/effects.js';
import type { Snapshot } from './engine.js';
import type { RecoveryPorts } from './ports.js';

/** What a case in hand works with: its facts, and the guarded plugins behind them. */
export interface CaseWorld {
  readonly facts: CaseFacts;
  /** Undefined for a direct case. */
  readonly connector: ConnectorUse | undefined;
  /** By id: the account of a direct case; else those its connection maps, and those it was charged at. */
  readonly gateways: ReadonlyMap<string, GatewayUse>;
  /** The platform's ids of gateway accounts, each with ours. */
  readonly gatewayMap: Readonly<Record<string, string>>;
}

/** Whether an API call waits for this hold, and whether it is the one that opens the case. */
export interface HoldCall { readonly respondsToCall: 'yes' | 'no'; readonly opens: 'yes' | 'no' }

const callMs = 25_000;
const unsaidMs = 300_000;
const accountOfLane = (lane: string) => lane.slice(lane.indexOf('-') + 1);

/**
 * Reads what holds for a case at its claim.
 * @throws Error when its client, connection or account is gone or cannot be opened, as one whose plugin is not loaded: the case is put off with this reason
 */
export const readCaseWorld = async (document: CaseDocument, ports: RecoveryPorts, call: HoldCall): Promise<CaseWorld> => {
  const client = await ports.clients.findFresh(document.clientId);
  if (!client) throw new Error(`Case ${document._id} belongs to a client that does not exist`);
  const { settings } = client;
  const policy: Snapshot['policy'] = {
    timezone: settings.timezone,
    billingCycleDay: settings.billingCycleDay ?? undefined,
    maxRetries: settings.maxRetries,
    horizonDays: settings.horizonDays,
    daysBetween: settings.retrySchedule?.daysBetween,
  };
  const standstill = await ports.standstill()
    ?? (client.status === 'suspended' ? 'The client is suspended.' : settings.paused ? 'Charges of this client are paused.' : undefined);
  // what ended within its opening call was answered closed
  const toldOpen: CaseFacts['toldOpen'] = document.connectionId === undefined && call.opens === 'no' && document.ended?.trigger !== 'direct' ? 'yes' : 'no';
  const openKeys = openKeysOf(document, document.connectionId === undefined && document.invoiceId !== undefined ? await ports.connectionIdsOf(document.clientId) : []);
  const shared = { policy, openKeys, standstill, leaseMs: ports.leaseMs, toldOpen, respondsToCall: call.respondsToCall, refundsDuplicates: settings.autoRefundDuplicates ? 'yes' as const : 'no' as const };
  return document.connectionId === undefined ? directWorld(document, shared, ports, call) : connectorWorld(document, document.connectionId, shared, ports);
};

type Shared = Pick<CaseFacts, 'policy' | 'openKeys' | 'standstill' | 'leaseMs' | 'toldOpen' | 'respondsToCall' | 'refundsDuplicates'>;

interface OpenedGateway { readonly route: RouteFacts; readonly use: GatewayUse; readonly retired: 'yes' | 'no' }

const openGateway = async (accountId: string, ports: RecoveryPorts): Promise<OpenedGateway | undefined> => {
  const opened = await ports.clients.openGatewayAccount(accountId);
  if (!opened) return undefined;
  const use = ports.registry.useGateway(opened.record.type, opened.account, { revision: String(opened.record.revision) });
  return {
    use,
    retired: opened.record.retiredAt === null ? 'no' : 'yes',
    route: {
      kind: 'gateway', accountId: opened.record.gatewayAccountId, gatewayMode: opened.record.mode, protection: use.protection(),
      prepares: use.prepare ? 'yes' : 'no', revokes: use.revoke ? 'yes' : 'no',
    },
  };
};

const directWorld = async (document: CaseDocument, shared: Shared, ports: RecoveryPorts, call: HoldCall): Promise<CaseWorld> => {
  const gateway = await openGateway(accountOfLane(document.lane), ports);
  if (!gateway) throw new Error(`Case ${document._id} needs a gateway account that does not exist`);
  return {
    connector: undefined,
    gateways: new Map([[gateway.route.accountId, gateway.use]]),
    gatewayMap: {},
    facts: { ...shared, source: 'direct', dunning: 'not_controllable', trigger: call.opens === 'yes' ? 'direct' : 'scheduled_retry', route: gateway.route },
  };
};

const connectorWorld = async (document: CaseDocument, connectionId: string, shared: Shared, ports: RecoveryPorts): Promise<CaseWorld> => {
  const opened = await ports.clients.openConnection(connectionId);
  if (!opened) return disconnectedWorld(document, connectionId, shared, ports);
  const { record } = opened;
  // what an active case owes is paid also after its connection was set to observe: new charges are refused by its mode
  const connectionMode = document.mode === 'active' ? 'active' : record.mode;
  const connector = ports.registry.useConnector(record.platform, opened.connection, { connectionMode, revision: String(record.revision) });
  const { gatewayMap, onBlocked } = record.options;
  const accounts = await openGateways(document, Object.values(gatewayMap), ports);
  const protection = connector.collection?.protection();
  return {
    connector,
    gateways: new Map(accounts.map(({ route, use }) => [route.accountId, use])),
    // an account that was taken out of use is asked about what it charged, and charges no more
    gatewayMap: Object.fromEntries(Object.entries(gatewayMap).filter(([, id]) => accounts.some(({ route, retired }) => route.accountId === id && retired === 'no'))),
    facts: {
      ...shared,
      source: 'connector',
      trigger: 'scheduled_retry',
      standstill: shared.standstill ?? standstillOf(record, connector),
      dunning: connector.dunning.mode === 'controllable' ? 'controllable' : 'not_controllable',
      ...(connector.dunning.mode === 'controllable' ? {
        stillness: {
          neededFor: connector.dunning.neededFor,
          oppositeAfterMs: callMs + ports.clock.notBeforeMs(protection?.absentIsFinalAfterMs ?? unsaidMs, Math.max(2000, ports.leaseMs)),
        },
      } : {}),
      onBlocked,
      ...(connector.dunning.mode === 'merchant_switches_off' ? { retriesStay: 'yes' as const } : {}),
      ...(record.state === 'active' ? { connectionMode: record.mode } : {}),
      settlement: connector.settlement.mode,
      route: {
        kind: 'platform', accountId: record.connectionId, gatewayMode: record.accountMode,
        protection: protection ?? { kind: 'search_only', absentIsFinalAfterMs: 86_400_000 }, prepares: 'no', revokes: 'no',
      },
      gatewayRoutes: accounts.map(({ route }) => route),
    },
  };
};

/** The accounts a connection maps, and those the case was charged at. */
const openGateways = async (document: CaseDocument, mapped: readonly string[], ports: RecoveryPorts): Promise<readonly OpenedGateway[]> => {
  const charged = document.attempts.filter((attempt) => attempt.route === 'gateway').map((attempt) => attempt.accountId);
  const opened = await Promise.all([...new Set([...mapped, ...charged])].map((accountId) => openGateway(accountId, ports)));
  return opened.filter((one) => one !== undefined);
};

/** The connection is gone with its credentials: nothing of its platform can be called, and nothing of it is needed any more. */
const disconnectedWorld = async (document: CaseDocument, connectionId: string, shared: Shared, ports: RecoveryPorts): Promise<CaseWorld> => {
  const record = await ports.clients.connectionFresh(connectionId);
  if (!record) throw new Error(`Case ${document._id} needs a connection that does not exist`);
  const accounts = await openGateways(document, [], ports);
  return {
    connector: undefined,
    gateways: new Map(accounts.map(({ route, use }) => [route.accountId, use])),
    gatewayMap: {},
    facts: {
      ...shared, source: 'connector', trigger: 'scheduled_retry', dunning: 'not_controllable', settlement: 'disconnected',
      standstill: shared.standstill ?? 'The connection is disconnected.',
      route: {
        kind: 'platform', accountId: connectionId, gatewayMode: record.accountMode, protection: { kind: 'search_only', absentIsFinalAfterMs: 86_400_000 }, prepares: 'no', revokes: 'no',
      },
      gatewayRoutes: accounts.map(({ route }) => route),
    },
  };
};

const standstillOf = ({ state, mode, options }: OpenedConnection['record'], connector: ConnectorUse): string | undefined => {
  if (state !== 'active') return `The connection is ${state}.`;
  if (mode !== 'active') return `The connection is in mode ${mode} now.`;
  return connector.collection || Object.keys(options.gatewayMap).length > 0 ? undefined : 'The platform collects nothing for us and no gateway is mapped.';
};
