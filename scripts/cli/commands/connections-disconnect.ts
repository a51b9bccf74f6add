import type { Command } from 'commander';
import { NotFound, type ConnectionRecord } from '../../../core/clients/index.js';
import { invocation } from '../invocation.js';
import { fields, paragraph } from '../layout.js';
import { withDesks } from '../open-desks.js';
import { withHub } from '../open-hub.js';
import { showResult } from '../show-result.js';

interface Options { readonly note?: string; readonly json?: true }

/** `connections disconnect` */
export const addConnectionsDisconnect = (connections: Command): void => {
  connections.command('disconnect <connectionId>')
    .description('Gives a connection up: nothing new is charged on it, its open cases end, everything taken over is returned to the platform. Its credentials are removed once nothing is owed.')
    .option('--note <text>', 'why; kept in the audit')
    .option('--json', 'print JSON')
    .action(async (connectionId: string, options: Options) => {
      const connection = await withHub(async ({ clients }) => {
        const before = await clients.connectionFresh(connectionId);
        if (before === undefined) throw new NotFound(`There is no connection ${connectionId} in this database. Compare the id with: ${invocation()} clients show <clientId>`);
        await clients.beginDisconnect(connectionId);
        return await clients.connectionFresh(connectionId) ?? before;
      });
      await withDesks((desks) => desks.audit({ what: 'connections disconnect', target: connectionId, change: options.note === undefined ? {} : { note: options.note } }));
      showResult({ json: { connection }, text: textOf(connection) }, options);
    });
};

const textOf = ({ connectionId, platform, state, clientId }: ConnectionRecord): string => [
  `\nConnection ${connectionId}\n\n`,
  fields([['Platform', platform], ['State', state]]),
  `\n${paragraph(state === 'disconnected'
    ? 'It is disconnected: nothing was owed any more, and its credentials are gone.'
    : 'The hub tells its cases within half a minute, returns what it has taken over, settles and refunds what is owed, and then removes the credentials.')}`,
  state === 'disconnected' ? '' : `\n  See how far it is: ${invocation()} clients show ${clientId}\n`,
  '\n',
].join('');
