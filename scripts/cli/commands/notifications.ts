import type { Command } from 'commander';
import type { NotificationView } from '../../../core/notifications/index.js';
import { limitOf, oneOf } from '../choices.js';
import { invocation } from '../invocation.js';
import { paragraph, table, time } from '../layout.js';
import { withDesks } from '../open-desks.js';
import { type ReplayWords, runReplay } from '../run-replay.js';
import { showResult } from '../show-result.js';

const states = ['due', 'delivered', 'dead', 'withheld'] as const;
const ended = ['dead', 'withheld'] as const;

interface ListOptions { readonly client?: string; readonly case?: string; readonly state?: string; readonly limit: string; readonly json?: true }
interface ReplayOptions { readonly client?: string; readonly state?: string; readonly json?: true }

const wantedBy = ({ client }: { readonly client?: string }) => (client === undefined ? {} : { clientId: client });

const words: ReplayWords = {
  command: 'notifications', one: 'event', many: 'events', id: 'webhook-id', example: 'dead', busy: 'being sent',
  filterNeedsState: '--client goes with --state; leave it out', hubDoes: (what) => `sends ${what}`,
};

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
      const filter = wantedBy(options);
      await runReplay({
        words, states: ended, filter,
        one: async ({ notifications: desk }, id) => {
          const result = await desk.replay(id);
          return result === 'not_found' ? 'missing' : result === 'replayed' ? 'due' : result;
        },
        all: ({ notifications: desk }, state) => desk.replayAll({ ...filter, state }),
      }, notificationId, options);
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
