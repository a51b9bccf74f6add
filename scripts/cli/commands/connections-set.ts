import type { Command } from 'commander';
import { NotFound, type ConnectionInput, type ConnectionView } from '../../../core/clients/index.js';
import { credentialReader } from '../credential-source.js';
import { fitToPlugin } from '../fit-to-plugin.js';
import { fields, paragraph } from '../layout.js';
import { many } from '../many.js';
import { withHub, type OpenHub } from '../open-hub.js';
import { readCredentials, readOptions } from '../pairs.js';
import { showResult } from '../show-result.js';

interface Options {
  readonly mode?: string;
  readonly credential?: readonly string[];
  readonly option?: readonly string[];
  readonly account?: string;
  readonly check: boolean;
  readonly json?: true;
}

interface Finding {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

/** How long the platform may take to answer a check. */
const CHECK_MS = 15_000;

/** `connections set` */
export const addConnectionsSet = (connections: Command): void => {
  connections.command('set <clientId> <platform>')
    .description('Connects a merchant to a billing platform, or changes the connection. What is left out stays as it is.')
    .option('--mode <observe|schedule_only|active>', 'how far it is switched on; required for live clients, active for test clients')
    .option('--credential <name=source>', 'source: env:VARIABLE, file:PATH or - for standard input; a name given twice makes a list', many)
    .option('--option <name=value>', 'an option of the connection, such as onBlocked=hand_back', many)
    .option('--account <id>', 'the platform\'s id of the account, to keep it to one connection')
    .option('--no-check', 'do not ask the platform whether the credentials work')
    .option('--json', 'print JSON')
    .action(async (clientId: string, platform: string, options: Options) => {
      const credentials = await readCredentials(options.credential ?? [], credentialReader());
      const entered = readOptions(options.option ?? []);
      await withHub(async (hub) => {
        const plugin = hub.registry.connector(platform);
        const input: ConnectionInput = {
          ...(options.mode === undefined ? {} : { mode: options.mode as Required<ConnectionInput>['mode'] }),
          ...(options.credential === undefined ? {} : { credentials: plugin === undefined ? credentials : fitToPlugin(plugin, credentials, entered) }),
          ...(options.option === undefined ? {} : { options: entered }),
          ...(options.account === undefined ? {} : { platformAccountRef: options.account }),
        };
        const connection = await hub.clients.setConnection(clientId, platform, input);
        const needs = options.check ? await findingsOf(hub, connection) : [];
        showResult({ json: { connection: { ...connection, needs } }, text: textOf(connection, needs, { displayName: plugin?.displayName ?? platform, checked: options.check }) }, options);
      });
    });
};

/** What the platform says about the credentials. A platform that cannot be asked is a finding, not a failure: the connection is set. */
const findingsOf = async (hub: OpenHub, { connectionId, platform, revision }: ConnectionView): Promise<readonly Finding[]> => {
  const opened = await hub.clients.openConnection(connectionId);
  if (opened === undefined) throw new NotFound(`Connection ${connectionId} was removed meanwhile.`);
  const use = hub.registry.useConnector(platform, opened.connection, { connectionMode: 'observe', revision: String(revision) });
  const answer = await use.checkHealth({ deadline: new Date(Date.now() + CHECK_MS) });
  return answer.ok ? answer.value.findings : [{ code: answer.error.code, message: answer.error.message, fix: 'Check the credentials and the network, then run this command again.' }];
};

const MEANING: Readonly<Record<ConnectionView['mode'], string>> = {
  active: 'active: failing invoices are recovered',
  schedule_only: 'schedule_only: the merchant is told when to charge',
  observe: 'observe: the hub reads and decides, and charges nothing',
};

const textOf = (connection: ConnectionView, needs: readonly Finding[], told: { readonly displayName: string; readonly checked: boolean }): string => [
  `\n${connection.revision === 1 ? 'Connected to' : 'Changed the connection to'} ${told.displayName}\n\n`,
  fields([
    ['Mode', MEANING[connection.mode]],
    ['Account', `${connection.accountMode}${connection.platformAccountRef === null ? '' : `, ${connection.platformAccountRef}`}`],
    ['Webhook URL', connection.webhookUrl],
    ['Connection id', connection.connectionId],
  ]),
  connection.revision === 1 ? `\n  Enter the webhook URL at ${told.displayName}, if it is not there yet.\n` : '',
  needs.length > 0 ? `\n  ${told.displayName} was asked and something is missing:\n` : told.checked ? `\n  ${told.displayName} was asked: the credentials work and nothing is missing.\n` : '',
  ...needs.map(({ message, fix }) => `\n${paragraph(`! ${message}`, 4)}${paragraph(fix, 6)}`),
  '\n',
].join('');
