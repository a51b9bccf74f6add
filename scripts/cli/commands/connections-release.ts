import type { Command } from 'commander';
import { NotFound } from '../../../core/clients/index.js';
import type { Released } from '../../../core/recovery/index.js';
import { Refused } from '../failures.js';
import { invocation } from '../invocation.js';
import { paragraph } from '../layout.js';
import { withDesks } from '../open-desks.js';
import { showResult } from '../show-result.js';

interface Options { readonly note?: string; readonly json?: true }

/** `connections release` */
export const addConnectionsRelease = (connections: Command): void => {
  connections.command('release <connectionId>')
    .description('Returns to the platform, now, the retries of every invoice that was taken from it, or stops them where its case is blocked and that is still owed.')
    .option('--note <text>', 'why; kept with each case')
    .option('--json', 'print JSON')
    .action(async (connectionId: string, options: Options) => {
      await withDesks(async (desks) => {
        if (await desks.isKnownConnection(connectionId) === 'no') throw new NotFound(`There is no connection ${connectionId} in this database. Its id stands in: ${invocation()} clients show <clientId>`);
        const released = await desks.cases.release(connectionId, options.note);
        const counts = { returned: released.returned.length, owed: released.owed.length, waiting: released.waiting.length };
        await desks.audit({ what: 'connections release', target: connectionId, change: { ...counts, ...(options.note === undefined ? {} : { note: options.note }) } });
        if (counts.waiting > 0) throw new Refused(counts.returned + counts.owed > 0 ? 'in_progress' : 'no_hub', waiting(counts.waiting));
        showResult({ json: { released }, text: textOf(connectionId, released) }, options);
      });
    });
};

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
