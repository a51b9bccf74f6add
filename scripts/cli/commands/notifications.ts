import type { Command } from 'commander';
import { NotFound } from '../../../core/clients/index.js';
import type { NotificationView } from '../../../core/notifications/index.js';
import { limitOf, oneOf } from '../choices.js';
import { Refused, UsageError } from '../failures.js';
import { invocation } from '../invocation.js';
import { paragraph, table, time } from '../layout.js';
import { withDesks } from '../open-desks.js';
import { showResult } from '../show-result.js';

const states = ['due', 'delivered', 'dead', 'withheld'] as const;
const ended = ['dead', 'withheld'] as const;

interface ListOptions { readonly client?: string; readonly case?: string; readonly state?: string; readonly limit: string; readonly json?: true }
interface ReplayOptions { readonly client?: string; readonly state?: string; readonly json?: true }

const wantedBy = ({ client }: { readonly client?: string }) => (client === undefined ? {} : { clientId: client });

/** `notifications list` */
export const addNotificationsList = (notifications: Command): void => {
  notifications.command('list')
    .description('Lists events for merchants, newest first, with their last try. Times are those of the hub\'s clock.')
    .option('--client <id>', 'of one client')
    .option('--case <transactionId>', 'of one case')
    .option('--state <state>', `${states.join(', ')}; dead: every try failed, withheld: there was nowhere to send it`)
    .option('--limit <n>', 'at most so many', '50')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const limit = limitOf(options.limit);
      const state = options.state === undefined ? undefined : oneOf('--state', options.state, states);
      await withDesks(async (desks) => {
        const found = await desks.notifications.list({
          ...wantedBy(options), ...(options.case === undefined ? {} : { caseId: options.case.replace(/^pay_/, '') }), ...(state === undefined ? {} : { state }), limit,
        });
        showResult({ json: { notifications: found }, text: textOf(found, limit) }, options);
      });
    });
};

/** `notifications replay` */
export const addNotificationsReplay = (notifications: Command): void => {
  notifications.command('replay [notificationId]')
    .description('Sends an event again, or all that are dead or withheld: with the same webhook-id and body.')
    .option('--state <state>', `instead of one: all ${ended.join(', ')}`)
    .option('--client <id>', 'with --state: of one client')
    .option('--json', 'print JSON')
    .action(async (notificationId: string | undefined, options: ReplayOptions) => {
      if ((notificationId === undefined) === (options.state === undefined)) throw new UsageError(`Name one event, or all of a state: ${invocation()} notifications replay <webhook-id>, or ${invocation()} notifications replay --state dead`);
      if (notificationId !== undefined && options.client !== undefined) throw new UsageError('--client goes with --state; leave it out for one event.');
      const state = options.state === undefined ? undefined : oneOf('--state', options.state, ended);
      await withDesks(async (desks) => {
        const count = state === undefined ? 1 : await desks.notifications.replayAll({ ...wantedBy(options), state });
        if (notificationId !== undefined) {
          const result = await desks.notifications.replay(notificationId);
          if (result === 'not_found') throw new NotFound(`There is no event ${notificationId} in this database.`);
          if (result === 'in_progress') throw new Refused('in_progress', 'The event is being sent at this moment; look at it again in a few seconds.');
        }
        await desks.audit({ what: 'notifications replay', target: notificationId ?? `all ${String(state)}`, change: { ...wantedBy(options), count } });
        const many = count === 1 ? 'One event is' : `${String(count)} events are`;
        showResult({ json: { count }, text: count === 0 ? '\nNo event is like that.\n\n' : `\n${many} due again; a running hub sends ${count === 1 ? 'it' : 'them'} at once.\n\n` }, options);
      });
    });
};

const textOf = (found: readonly NotificationView[], limit: number): string => {
  if (found.length === 0) return '\nNo event is like that.\n\n';
  return [
    '\n',
    table(['webhook-id', 'state', 'event', 'case', 'made', 'tries', 'last answer', 'next'], found.map((one) => [
      one.id, one.state, one.event, one.caseId, time(one.createdAt), String(one.tries.length), lastAnswer(one), time(one.nextAt),
    ])),
    found.length === limit ? `\n  ${String(limit)} are shown; --limit shows more.\n` : '',
    found.some((one) => one.state === 'dead') ? `\n${paragraph(`When the endpoint answers again, or what ended the processes is mended: ${invocation()} notifications replay <webhook-id>, or --state dead`)}` : '',
    '\n',
  ].join('');
};

const lastAnswer = ({ tries }: NotificationView): string => {
  const last = tries.at(-1);
  if (last === undefined) return '–';
  return last.status === null ? last.code ?? last.failure ?? '–' : String(last.status);
};
