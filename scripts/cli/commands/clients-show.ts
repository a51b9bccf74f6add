import type { Command } from 'commander';
import { NotFound, type ClientView, type LastCheck } from '../../../core/clients/index.js';
import { fields, paragraph, table, time } from '../layout.js';
import { withHub } from '../open-hub.js';
import { showResult } from '../show-result.js';
import { gatewayRows } from './connections-set.js';

/** `clients show` */
export const addClientsShow = (clients: Command): void => {
  clients.command('show <clientId>')
    .description('Shows a merchant: settings, keys, gateways, connections. No secrets.')
    .option('--json', 'print JSON')
    .action(async (clientId: string, options: { readonly json?: true }) => {
      await withHub(async (hub) => {
        const client = await hub.clients.show(clientId);
        if (client === undefined) throw new NotFound(`There is no client ${clientId} in this database.`);
        showResult({ json: { client }, text: textOf(client) }, options);
      });
    });
};

const needsOf = (check: LastCheck | null): string => {
  if (check === null) return 'the platform was not asked yet';
  return `${check.needs.length === 0 ? 'nothing' : `${String(check.needs.length)} ${check.needs.length === 1 ? 'thing' : 'things'}`}, as the platform was asked ${time(check.askedAt)}`;
};

const textOf = (client: ClientView): string => {
  const { settings } = client;
  const section = (title: string, rows: readonly unknown[], shown: () => string): string => `\n${title}\n${rows.length === 0 ? '  none\n' : shown()}`;
  return [
    `\n${client.businessName}  (${client.mode}, ${client.status}${settings.paused ? ', charges paused' : ''})\n\n`,
    fields([
      ['Client id', client.clientId],
      ['Created', time(client.createdAt)],
      ['Events go to', settings.notificationChannels.includes('WEBHOOK') ? settings.webhookUrl ?? '–' : 'nowhere'],
      ['Extra events', settings.webhookEvents.join(', ') || undefined],
      ['recovery.failed', settings.dunningEnabled ? undefined : 'suppressed'],
      ['Redelivery', settings.webhookDurableRetry ? undefined : 'three tries only'],
      ['Payday', `${settings.billingCycleDay === null ? 'Friday' : `day ${String(settings.billingCycleDay)} of the month`}, 10:00 ${settings.timezone}`],
      ['Retries', `at most ${String(settings.maxRetries)} within ${String(settings.horizonDays)} days${settings.retrySchedule === null ? '' : `, ${settings.retrySchedule.daysBetween.join(', ')} days apart`}`],
      ['Duplicate payments', settings.autoRefundDuplicates ? undefined : 'not refunded by the hub'],
    ]),
    section('Keys', client.keys, () => table(['kind', 'label', 'created', 'last used', 'revoked', 'key id'], client.keys.map((key) => [
      key.kind, key.label, time(key.createdAt), time(key.lastUsedAt), time(key.revokedAt), key.keyId,
    ]))),
    section('Gateways, first is primary', client.gateways, () => table(['type', 'mode', 'account id'], client.gateways.map((account) => [account.type, account.mode, account.gatewayAccountId]))),
    section('Connections', client.connections, () => client.connections.map((connection) => [
      `  ${connection.platform}\n`,
      fields([
        ['Mode', connection.mode],
        ['State', connection.state === 'active' ? undefined : connection.state],
        ['Account', connection.platformAccountRef ?? undefined],
        ...gatewayRows(connection.options.gatewayMap),
        ['Webhook URL', connection.webhookUrl],
        ['Connection id', connection.connectionId],
        ['Needs', needsOf(connection.lastCheck)],
      ], 4),
      ...(connection.lastCheck?.needs ?? []).map(({ message, fix }) => `${paragraph(`! ${message}`, 4)}${paragraph(fix, 6)}`),
    ].join('')).join('')),
    '\n',
  ].join('');
};
