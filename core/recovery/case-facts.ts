import { openKeysOf, type CaseDocument } from '../cases/index.js';
import type { ConnectorUse, GatewayUse } from '../plugin-registry/index.js';
import type { Snapshot } from './engine.js';
import type { CaseFacts } from './case-steps/effects.js';
import type { RecoveryPorts } from './ports.js';

/** What a case in hand works with: its facts, and the guarded plugins behind them. */
export type CaseWorld =
  | { readonly facts: CaseFacts; readonly gateway: GatewayUse; readonly connector: undefined }
  | { readonly facts: CaseFacts; readonly gateway: undefined; readonly connector: ConnectorUse };

/** Whether an API call waits for this hold, and whether it is the one that opens the case. */
export interface HoldCall { readonly respondsToCall: 'yes' | 'no'; readonly opens: 'yes' | 'no' }

const accountOfLane = (lane: string) => lane.slice(lane.indexOf('-') + 1);

/**
 * Reads what holds for a case at its claim.
 * @throws Error when its client, connection or account is gone or cannot be opened: the case waits for its lease and is tried again
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
  const shared = { policy, openKeys, leaseMs: ports.leaseMs, toldOpen, respondsToCall: call.respondsToCall };
  if (document.connectionId === undefined) {
    const opened = await ports.clients.openGatewayAccount(accountOfLane(document.lane));
    if (!opened) throw new Error(`Case ${document._id} needs a gateway account that does not exist`);
    const gateway = ports.registry.useGateway(opened.record.type, opened.account, { revision: String(opened.record.revision) });
    return {
      gateway,
      connector: undefined,
      facts: {
        ...shared, source: 'direct', dunning: 'not_controllable', standstill, trigger: call.opens === 'yes' ? 'direct' : 'scheduled_retry',
        route: {
          kind: 'gateway', accountId: opened.record.gatewayAccountId, gatewayMode: opened.record.mode, protection: gateway.protection(),
          prepares: gateway.prepare ? 'yes' : 'no', revokes: gateway.revoke ? 'yes' : 'no',
        },
      },
    };
  }
  const opened = await ports.clients.openConnection(document.connectionId);
  if (!opened) throw new Error(`Case ${document._id} needs a connection that does not exist`);
  const { record } = opened;
  const connector = ports.registry.useConnector(record.platform, opened.connection, { connectionMode: record.mode, revision: String(record.revision) });
  return {
    connector,
    gateway: undefined,
    facts: {
      ...shared,
      source: 'connector',
      dunning: connector.dunning.mode === 'controllable' ? 'controllable' : 'not_controllable',
      standstill: standstill ?? (record.state !== 'active' ? `The connection is ${record.state}.` : record.mode !== 'active' ? `The connection is in mode ${record.mode} now.` : undefined)
        ?? (connector.collection ? undefined : 'The platform collects nothing for us and no gateway is mapped.'),
      trigger: 'scheduled_retry',
      route: {
        kind: 'platform', accountId: record.connectionId, gatewayMode: record.accountMode,
        protection: connector.collection?.protection() ?? { kind: 'search_only', absentIsFinalAfterMs: 86_400_000 }, prepares: 'no', revokes: 'no',
      },
    },
  };
};
