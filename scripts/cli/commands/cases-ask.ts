import type { Command } from 'commander';
import { NotFound } from '../../../core/clients/index.js';
import type { CommandEnd, OperatorCommand } from '../../../core/recovery/index.js';
import { oneOf } from '../choices.js';
import { Refused, UsageError } from '../failures.js';
import { invocation } from '../invocation.js';
import { fields, paragraph, time } from '../layout.js';
import { withDesks } from '../open-desks.js';
import { showResult } from '../show-result.js';

interface Options { readonly note?: string; readonly json?: true }
interface RefundOptions extends Options { readonly attempt?: string }
interface ResolveOptions extends Options { readonly outcome: string; readonly gatewayRef?: string }

const longestNote = 300;

/** `cases retry` */
export const addCasesRetry = (cases: Command): void => {
  cases.command('retry <transactionId>')
    .description('Charges a queued or failed case now. Only its schedule is overridden, no other rule. A parked case is taken up again.')
    .option('--note <text>', 'why; kept with the case')
    .option('--json', 'print JSON')
    .action((transactionId: string, options: Options) => ask(transactionId, { type: 'retry', ...noteOf(options) }, options));
};

/** `cases cancel` */
export const addCasesCancel = (cases: Command): void => {
  cases.command('cancel <transactionId>')
    .description('Cancels a queued case: nothing is charged for it any more. A parked case is taken up for it.')
    .option('--note <text>', 'why; kept with the case')
    .option('--json', 'print JSON')
    .action((transactionId: string, options: Options) => ask(transactionId, { type: 'cancel', ...noteOf(options) }, options));
};

/** `cases resolve` */
export const addCasesResolve = (cases: Command): void => {
  cases.command('resolve <transactionId>')
    .description('Says what became of a charge that the hub could not find out. Look at the gateway first: what is said here is believed.')
    .requiredOption('--outcome <succeeded|failed>', 'whether the charge took the money')
    .option('--gateway-ref <reference>', 'the gateway\'s id of the payment you found')
    .option('--note <text>', 'how you know; kept with the case')
    .option('--json', 'print JSON')
    .action((transactionId: string, options: ResolveOptions) => {
      const outcome = oneOf('--outcome', options.outcome, ['succeeded', 'failed']);
      const { gatewayRef } = options;
      if (gatewayRef !== undefined && outcome === 'failed') throw new UsageError('--gateway-ref names the payment of a charge that succeeded; leave it out with --outcome failed.');
      if (gatewayRef !== undefined && !/^[\w.:|-]{1,255}$/.test(gatewayRef)) throw new UsageError('--gateway-ref must be the gateway\'s id of a payment: up to 255 letters, digits and _ . : | -');
      return ask(transactionId, { type: 'resolve', outcome, ...(gatewayRef === undefined ? {} : { gatewayRef }), ...noteOf(options) }, options);
    });
};

/** `cases settle` */
export const addCasesSettle = (cases: Command): void => {
  cases.command('settle <transactionId>')
    .description('Settles a recovered payment with its platform now: told or looked for again from the beginning, as after it was given up.')
    .option('--note <text>', 'why; kept with the case')
    .option('--json', 'print JSON')
    .action((transactionId: string, options: Options) => ask(transactionId, { type: 'settle', ...noteOf(options) }, options));
};

/** `cases refund` */
export const addCasesRefund = (cases: Command): void => {
  cases.command('refund <transactionId>')
    .description('Gives a payment that a case took back to the customer: all of it that has not gone back yet. Tried until the gateway has taken it.')
    .option('--attempt <number>', 'which charge, where a case took several')
    .option('--note <text>', 'why; kept with the case')
    .option('--json', 'print JSON')
    .action((transactionId: string, options: RefundOptions) => {
      const { attempt } = options;
      if (attempt !== undefined && !/^[1-9]\d{0,3}$/.test(attempt)) throw new UsageError(`--attempt is "${attempt}"; write the number of a charge of the case, from 1.`);
      return ask(transactionId, { type: 'refund', ...(attempt === undefined ? {} : { attempt: Number(attempt) }), ...noteOf(options) }, options);
    });
};

const noteOf = ({ note }: Options) => {
  if (note !== undefined && note.length > longestNote) throw new UsageError(`--note is ${String(note.length)} characters long; write at most ${String(longestNote)}.`);
  return note === undefined ? {} : { note };
};

const ask = async (transactionId: string, command: OperatorCommand, options: Options): Promise<void> => {
  const caseId = transactionId.replace(/^pay_/, '');
  await withDesks(async (desks) => {
    const end = await desks.cases.ask(caseId, command);
    if (end.status === 'unknown_case') throw new NotFound(`There is no case ${transactionId} in this database.`);
    const { type, ...said } = command;
    const result = end.status === 'answered' ? end.answer.result : 'waiting';
    await desks.audit({ what: `cases ${type}`, target: caseId, change: { ...said, result } });
    if (end.status === 'waiting') throw waiting(end, caseId);
    const { answer, view } = end;
    if (answer.result !== 'done') throw new Refused(answer.result, answer.message);
    const text = [
      `\nCase ${caseId}: ${view.status}${view.recoveredBy === null ? '' : ` (${view.recoveredBy})`}\n\n`,
      paragraph(answer.message),
      view.message === null && (view.status !== 'queued' || view.plan === null) ? '' : '\n',
      fields([
        ['Ended', view.message ?? undefined],
        ['Next', view.message === null && view.status === 'queued' && view.plan !== null ? view.plan.because : undefined],
        ['Next attempt', view.nextAttemptAt === null ? undefined : time(view.nextAttemptAt)],
      ]),
      '\n',
    ].join('');
    showResult({ json: { result: answer.result, message: answer.message, case: view }, text }, options);
  });
};

const waiting = (end: Extract<CommandEnd, { status: 'waiting' }>, caseId: string): Refused => (end.for === 'held'
  ? new Refused('in_progress', `A process is working on the case and has not come to this within 5 s. It is stored and follows; see: ${invocation()} cases show ${caseId}`)
  : new Refused('no_hub', `No running hub took this up within 5 s. It is stored, and acted on when a hub starts on this database; see then: ${invocation()} cases show ${caseId}`));
