import type { Command } from 'commander';
import { NotFound } from '../../../core/clients/index.js';
import type { OwedByConnection, Released } from '../../../core/recovery/index.js';
import { Refused } from '../failures.js';
import { invocation } from '../invocation.js';
import { paragraph } from '../layout.js';
import { withDesks, type OpenDesks } from '../open-desks.js';
import { showResult } from '../show-result.js';

interface Options { readonly note?: string; readonly abandon?: true; readonly json?: true }

/** `connections release` */
export const addConnectionsRelease = (connections: Command): void => {
  connections.command('release <connectionId>')
    .description('Returns to the platform, now, the retries of every invoice that was taken from it, or stops them where its case is blocked and that is still owed.')
    .option('--note <text>', 'why; kept with each case')
    .option('--abandon', 'of a connection that is being disconnected and whose platform has shut us out: remove its credentials now and give up what its cases still owe that platform')
    .option('--json', 'print JSON')
    .action(async (connectionId: string, options: Options) => {
      await withDesks(async (desks) => {
        if (await desks.isKnownConnection(connectionId) === 'no') throw new NotFound(`There is no connection ${connectionId} in this database. Its id stands in: ${invocation()} clients show <clientId>`);
        if (options.abandon) {
          const gaveUp = await abandon(desks, connectionId, options.note);
          showResult({ json: { gaveUp }, text: abandonedText(connectionId, gaveUp) }, options);
          return;
        }
        const released = await desks.cases.release(connectionId, options.note);
        const counts = { returned: released.returned.length, owed: released.owed.length, waiting: released.waiting.length };
        await desks.audit({ what: 'connections release', target: connectionId, change: { ...counts, ...(options.note === undefined ? {} : { note: options.note }) } });
        if (counts.waiting > 0) throw new Refused(counts.returned + counts.owed > 0 ? 'in_progress' : 'no_hub', waiting(counts.waiting));
        showResult({ json: { released }, text: textOf(connectionId, released) }, options);
      });
    });
};

/** Kept in the audit with what is given up. */
const abandon = async (desks: OpenDesks, connectionId: string, note: string | undefined): Promise<OwedByConnection> => {
  const gaveUp = await desks.owedBy(connectionId);
  if (await desks.abandonDisconnect(connectionId) === 'not_disconnecting') {
    throw new Refused('not_disconnecting', `The connection ${connectionId} is not being disconnected, so that there is nothing to abandon. Begin with: ${invocation()} connections disconnect ${connectionId}`);
  }
  await desks.audit({ what: 'connections release --abandon', target: connectionId, change: { ...gaveUp, ...(note === undefined ? {} : { note }) } });
  return gaveUp;
};

const abandonedText = (connectionId: string, { handBacks, unresolvedCharges, settlements, refunds }: OwedByConnection): string => [
  `\nConnection ${connectionId}\n\n`,
  paragraph('It is disconnected, and its credentials are gone. The account may be connected again.'),
  handBacks === 0 ? '' : paragraph(`! The platform's own retries were not returned or stopped for ${casesOf(handBacks)}: see to those invoices on the platform.`),
  settlements === 0 ? '' : paragraph(`! The platform was not told of a payment for ${casesOf(settlements)}: mark those invoices paid there, or customers are asked again.`),
  unresolvedCharges === 0 ? '' : paragraph(`! How a charge ended is not known for ${casesOf(unresolvedCharges)}: look on the platform or at the gateway, then decide with: ${invocation()} cases resolve <id>`),
  refunds === 0 ? '' : paragraph(`! A refund is owed for ${casesOf(refunds)}: it goes on where it was charged at your gateway, else refund it on the platform.`),
  '\n',
].join('');

const casesOf = (count: number) => (count === 1 ? 'one case' : `${String(count)} cases`);

const waiting = (count: number) => `The command for ${casesOf(count)} was not taken up within 5 s. It is stored, and acted on by the hub that runs, or by the next one that starts on this database.`;

const textOf = (connectionId: string, { returned, owed }: Released): string => {
  if (returned.length + owed.length === 0) return `\n${paragraph(`Nothing is taken over on connection ${connectionId}, and no stop is owed.`)}\n`;
  return [
    `\nConnection ${connectionId}\n\n`,
    returned.length === 0 ? '' : paragraph(`Returned to the platform: ${casesOf(returned.length)}.`),
    owed.length === 0 ? '' : paragraph(`The platform has not taken it yet for ${casesOf(owed.length)}; it is tried again until it does: ${owed.join(', ')}`),
    owed.length === 0 ? '' : `\n  See why: ${invocation()} cases show ${owed[0] ?? ''}\n`,
    '\n',
  ].join('');
};
