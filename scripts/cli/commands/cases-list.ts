import type { Command } from 'commander';
import { formatDecimal } from '../../../core/connector-kit/index.js';
import type { ListedCase } from '../../../core/recovery/index.js';
import { limitOf, oneOf } from '../choices.js';
import { invocation } from '../invocation.js';
import { paragraph, table, time } from '../layout.js';
import { withDesks } from '../open-desks.js';
import { showResult } from '../show-result.js';

const statuses = ['queued', 'attempting', 'succeeded', 'failed', 'blocked', 'unknown', 'cancelled'] as const;

interface Options { readonly client?: string; readonly status?: string; readonly parked?: true; readonly limit: string; readonly json?: true }

/** `cases list` */
export const addCasesList = (cases: Command): void => {
  cases.command('list')
    .description('Lists cases, newest first. Times are those of the hub\'s clock.')
    .option('--client <id>', 'of one client')
    .option('--status <status>', statuses.join(', '))
    .option('--parked', 'only those put aside because processes ended while they worked on them')
    .option('--limit <n>', 'at most so many', '50')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      const limit = limitOf(options.limit);
      const status = options.status === undefined ? undefined : oneOf('--status', options.status, statuses);
      await withDesks(async (desks) => {
        const found = await desks.cases.list({
          ...(options.client === undefined ? {} : { clientId: options.client }), ...(status === undefined ? {} : { status }), ...(options.parked ? { parked: 'only' as const } : {}), limit,
        });
        showResult({ json: { cases: found }, text: textOf(found, limit) }, options);
      });
    });
};

const textOf = (found: readonly ListedCase[], limit: number): string => {
  if (found.length === 0) return '\nNo case is like that.\n\n';
  const parked = found.some((one) => one.parkedAt !== null);
  return [
    '\n',
    table(['case', 'status', 'amount', 'invoice', 'opened', 'next'], found.map((one) => [
      one.transactionId, `${one.status}${one.parkedAt !== null ? ', parked' : one.putOff === null ? '' : ', put off'}`, `${formatDecimal({ minor: one.amount, currency: one.currency })} ${one.currency}`,
      one.invoiceId ?? '–', time(one.createdAt), one.parkedAt === null ? time(one.nextAttemptAt) : '–',
    ])),
    found.length === limit ? `\n  ${String(limit)} are shown; --limit shows more.\n` : '',
    parked ? `\n${paragraph(`A parked case is worked on again after: ${invocation()} cases retry|cancel|resolve <case>`)}` : '',
    found.some((one) => one.putOff !== null && one.parkedAt === null) ? `\n${paragraph(`What is put off cannot be worked on now; why, says: ${invocation()} cases show <case>`)}` : '',
    '\n',
  ].join('');
};
