import type { Command } from 'commander';
import type { DeliveryView } from '../../../core/webhook-intake/index.js';
import { limitOf, oneOf } from '../choices.js';
import { invocation } from '../invocation.js';
import { paragraph, table, time } from '../layout.js';
import { withDesks } from '../open-desks.js';
import { type ReplayWords, runReplay } from '../run-replay.js';
import { showResult } from '../show-result.js';

const states = ['received', 'understood', 'ignored', 'deferred', 'parked', 'not_understood'] as const;
/** What may be replayed all at once: everything that was not understood to its end. */
const unfinished = ['deferred', 'parked', 'not_understood', 'ignored'] as const;

interface Filter { readonly client?: string; readonly connection?: string }
interface ListOptions extends Filter { readonly state?: string; readonly limit: string; readonly json?: true }
interface ReplayOptions extends Filter { readonly state?: string; readonly json?: true }

const wantedBy = ({ client, connection }: Filter) => ({ ...(client === undefined ? {} : { clientId: client }), ...(connection === undefined ? {} : { connectionId: connection }) });

const words: ReplayWords = {
  command: 'deliveries', one: 'delivery', many: 'deliveries', id: 'eventId', example: 'parked', busy: 'being worked on',
  filterNeedsState: '--client and --connection go with --state; leave them out', hubDoes: (what) => `takes ${what} up`,
};

/** `deliveries list` */
export const addDeliveriesList = (deliveries: Command): void => {
  deliveries.command('list')
    .description('Lists webhooks that platforms sent, newest first, and why one waits. Without what they said.')
    .option('--client <id>', 'of one client')
    .option('--connection <id>', 'of one connection')
    .option('--state <state>', states.join(', '))
    .option('--limit <n>', 'at most so many', '50')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const limit = limitOf(options.limit);
      const state = options.state === undefined ? undefined : oneOf('--state', options.state, states);
      await withDesks(async (desks) => {
        const found = await desks.deliveries.list({ ...wantedBy(options), ...(state === undefined ? {} : { state }), limit });
        showResult({ json: { deliveries: found }, text: textOf(found, limit) }, options);
      });
    });
};

/** `deliveries replay` */
export const addDeliveriesReplay = (deliveries: Command): void => {
  deliveries.command('replay [eventId]')
    .description('Makes a webhook due again, or all of a state. What was heard before is not heard twice.')
    .option('--state <state>', `instead of one: all ${unfinished.join(', ')}`)
    .option('--client <id>', 'with --state: of one client')
    .option('--connection <id>', 'with --state: of one connection')
    .option('--json', 'print JSON')
    .action(async (eventId: string | undefined, options: ReplayOptions) => {
      const filter = wantedBy(options);
      await runReplay({
        words, states: unfinished, filter,
        one: async ({ deliveries: desk }, id) => {
          const result = await desk.replay(id);
          return result === 'unknown' ? 'missing' : result === 'accepted' ? 'due' : result;
        },
        all: ({ deliveries: desk }, state) => desk.replayAll({ ...filter, state }),
      }, eventId, options);
    });
};

const textOf = (found: readonly DeliveryView[], limit: number): string => {
  if (found.length === 0) return '\nNo delivery is like that.\n\n';
  const details = found.filter((one) => one.detail !== null);
  return [
    '\n',
    table(['event id', 'state', 'reason', 'platform', 'received', 'next'], found.map((one) => [
      one.eventId, one.state, one.reason ?? '–', one.platform, time(one.receivedAt), time(one.nextAt),
    ])),
    found.length === limit ? `\n  ${String(limit)} are shown; --limit shows more.\n` : '',
    details.length === 0 ? '' : '\nWhy they wait\n',
    ...details.map((one) => `  ${one.eventId}\n${paragraph(one.detail ?? '', 4)}`),
    found.some((one) => one.state === 'parked' || one.state === 'not_understood') ? `\n${paragraph(`When the cause is mended: ${invocation()} deliveries replay <event id>, or --state parked`)}` : '',
    '\n',
  ].join('');
};
