import type { Command } from 'commander';
import type { ConnectionInput, ConnectionSet } from '../../../core/clients/index.js';
import { credentialReader } from '../credential-source.js';
import { fitToPlugin } from '../fit-to-plugin.js';
import { invocation } from '../invocation.js';
import { fields, paragraph } from '../layout.js';
import { many } from '../many.js';
import { withHub } from '../open-hub.js';
import { readCredentials, readMap, readOptions } from '../pairs.js';
import { showResult } from '../show-result.js';

interface Options {
  readonly mode?: string;
  readonly credential?: readonly string[];
  readonly option?: readonly string[];
  readonly gateway?: readonly string[];
  readonly account?: string;
  readonly check: boolean;
  readonly json?: true;
}

/** `connections set` */
export const addConnectionsSet = (connections: Command): void => {
  connections.command('set <clientId> <platform>')
    .description('Connects a merchant to a billing platform, or changes the connection. What is left out stays as it is.')
    .option('--mode <observe|schedule_only|active>', 'how far it is switched on; required for live clients, active for test clients; active only if the platform finds nothing wrong, else observe')
    .option('--credential <name=source>', 'source: env:VARIABLE, file:PATH or - for standard input; a name given twice makes a list', many)
    .option('--option <name=value>', 'an option of the connection, such as onBlocked=hand_back; an empty value puts it back to its default', many)
    .option('--gateway <account=id>', 'the platform\'s id of a gateway account, and the account id of our gateway that charges it; replaces those mapped before', many)
    .option('--account <id>', 'the platform\'s id of the account, to keep it to one connection')
    .option('--no-check', 'store it without asking the platform whether the credentials work')
    .option('--json', 'print JSON')
    .action(async (clientId: string, platform: string, options: Options) => {
      const credentials = await readCredentials(options.credential ?? [], credentialReader());
      const entered = readOptions(options.option ?? []);
      const gatewayMap = options.gateway && readMap(options.gateway, '--gateway', 'ACCOUNT=ID, such as gw_1=01K…');
      await withHub(async (hub) => {
        const plugin = hub.registry.connector(platform);
        const input: ConnectionInput = {
          ...(options.mode === undefined ? {} : { mode: options.mode as Required<ConnectionInput>['mode'] }),
          ...(options.credential === undefined ? {} : { credentials: plugin === undefined ? credentials : fitToPlugin(plugin, credentials, entered) }),
          ...(options.option === undefined ? {} : { options: entered }),
          ...(gatewayMap ? { gatewayMap } : {}),
          ...(options.account === undefined ? {} : { platformAccountRef: options.account }),
        };
        const connection = await hub.clients.setConnection(clientId, platform, input, options.check ? 'ask' : 'skip');
        showResult({ json: { connection }, text: textOf(connection, plugin?.displayName ?? platform) }, options);
      });
    });
};

/** Which account of the platform's is charged at which gateway of ours. */
export const gatewayRows = (gatewayMap: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(gatewayMap).map(([account, gatewayAccountId], index) => [index === 0 ? 'Charged at' : '', `${account} at our gateway account ${gatewayAccountId}`]);

const MEANING: Readonly<Record<ConnectionSet['mode'], string>> = {
  active: 'active: failing invoices are recovered',
  schedule_only: 'schedule_only: the merchant is told when to charge',
  observe: 'observe: the hub reads and decides, and charges nothing',
};

const textOf = (connection: ConnectionSet, displayName: string): string => [
  `\n${connection.revision === 1 ? 'Connected to' : 'Changed the connection to'} ${displayName}\n\n`,
  fields([
    ...(connection.state === 'active' ? [] : [['State', `${connection.state}: it takes new credentials, and charges nothing more`] as const]),
    ['Mode', `${heldBack(connection) ? 'NOT ACTIVE, only ' : ''}${MEANING[connection.mode]}`],
    ['Account', `${connection.accountMode}${connection.platformAccountRef === null ? '' : `, ${connection.platformAccountRef}`}`],
    ...gatewayRows(connection.options.gatewayMap),
    ['Webhook URL', connection.webhookUrl],
    ['Connection id', connection.connectionId],
  ]),
  connection.revision === 1 ? `\n  Enter the webhook URL at ${displayName}, if it is not there yet.\n` : '',
  `\n${paragraph(healthOf(connection, displayName))}`,
  ...connection.needs.map(({ message, fix }) => `\n${paragraph(`! ${message}`, 4)}${paragraph(fix, 6)}`),
  connection.state === 'active' && connection.mode === 'observe' ? `\n${paragraph(nextStep(connection))}    ${activating(connection)}\n` : '',
  '\n',
].join('');

const heldBack = ({ mode, requestedMode }: ConnectionSet): boolean => mode !== requestedMode;

const healthOf = (connection: ConnectionSet, displayName: string): string => {
  if (connection.health === 'skipped') return `${displayName} was not asked (--no-check): whether the credentials work is not known.`;
  const asked = `${displayName} was asked`;
  if (connection.state !== 'active') {
    return `${asked}${connection.needs.length === 0 ? ': the credentials work' : ', and this is wrong or missing'}. What the connection still owes is tried with them at once; then they are removed.`;
  }
  if (heldBack(connection)) return `${asked}. The connection stays in observe until this is mended:`;
  if (connection.needs.length === 0) return `${asked}: the credentials work and nothing is missing.`;
  return connection.mode === 'active' ? `${asked}. The connection is active, and this is still missing:` : `${asked}, and this is wrong or missing:`;
};

const nextStep = (connection: ConnectionSet): string =>
  (heldBack(connection) ? 'Then ask for active again, with the new credentials if they were wrong:' : 'To recover failing invoices:');

const activating = ({ clientId, platform }: ConnectionSet): string => `${invocation()} connections set ${clientId} ${platform} --mode active`;
