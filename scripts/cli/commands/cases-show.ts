import type { Command } from 'commander';
import { viewCase, type Attempt, type CaseDocument, type CaseView } from '../../../core/cases/index.js';
import { NotFound } from '../../../core/clients/index.js';
import { formatDecimal } from '../../../core/connector-kit/index.js';
import { invocation } from '../invocation.js';
import { fields, paragraph, table, time } from '../layout.js';
import { withHub } from '../open-hub.js';
import { showResult } from '../show-result.js';

/** `cases show` */
export const addCasesShow = (cases: Command): void => {
  cases.command('show <transactionId>')
    .description('Shows a case: where it stands, why, and what was charged. Times are those of the hub\'s clock.')
    .option('--json', 'print JSON')
    .action(async (transactionId: string, options: { readonly json?: true }) => {
      await withHub(async (hub) => {
        const document = await hub.cases.find(transactionId.replace(/^pay_/, ''));
        if (document === null) throw new NotFound(`There is no case ${transactionId} in this database.`);
        const view = viewCase(document);
        showResult({ json: { case: { ...view, attempts: document.attempts.map(attemptOf), decisions: decisionsOf(document), parkedAt: document.parkedAt ?? null, putOff: document.putOff ?? null, refunds: document.refunds.map(refundOf), eventsPutAside: document.brokenEvents?.length ?? 0, commands: document.commands ?? [] } }, text: textOf(document, view) }, options);
      });
    });
};

/** An attempt without its token and the invoice it read. */
const attemptOf = ({ n, key, route, accountId, chargeRef, amount, startedAt, outcome, resolved, grounds }: Attempt) => ({
  n, key, route, accountId, chargeRef: chargeRef ?? null, amount: amount.minor, currency: amount.currency, startedAt, outcome: outcome?.status ?? null,
  declineCode: outcome?.status === 'declined' ? outcome.decline.code : null, resolved, rule: grounds.rule, because: grounds.because,
});

const refundOf = ({ n, why, state, attempt, amount, refundRef, reason, updatedAt }: CaseDocument['refunds'][number]) => ({
  n, why, state, attempt: attempt ?? null, amount: amount?.minor ?? null, currency: amount?.currency ?? null, refundRef: refundRef ?? null, reason: reason ?? null, updatedAt: updatedAt ?? null,
});

const decisionsOf = ({ plan }: CaseDocument) => (plan === undefined ? [] : [{ at: plan.at, step: plan.step, because: plan.because, rule: plan.rule, until: plan.until ?? null }]);

const textOf = (document: CaseDocument, view: CaseView): string => {
  const { settlement } = view;
  return [
    `\nCase ${view.transactionId}: ${view.status}${document.parkedAt === undefined ? '' : ', parked'}${view.recoveredBy === null ? '' : ` (${view.recoveredBy})`}\n\n`,
    fields([
      ['Amount', money(view.amount, view.currency)],
      ['Platform', view.platform ?? undefined],
      ['Invoice', view.invoiceId ?? undefined],
      ['Customer', view.customerId ?? undefined],
      ['Client', view.clientId],
      ['Opened', time(view.createdAt)],
      ['Put aside', document.parkedAt === undefined ? undefined : `${time(document.parkedAt)}: five processes ended with it in hand`],
      ['Put off', document.putOff === undefined ? undefined : `since ${time(document.putOff.since)}, ${String(document.putOff.times)} times: it cannot be worked on and is tried again by itself`],
      ['Events put aside', document.brokenEvents === undefined ? undefined : `${String(document.brokenEvents.length)} that cannot be read`],
      ['Declined as', view.lastDeclineCode ?? undefined],
      ['Next attempt', view.nextAttemptAt === null || document.parkedAt !== undefined ? undefined : time(view.nextAttemptAt)],
      ['Recovered', view.recoveredAt === null ? undefined : time(view.recoveredAt)],
      ['Settlement', settlement.state === 'not_needed' ? undefined : `${settlement.state} by ${settlement.route}, ${time(settlement.updatedAt)}`],
      ['Recommended', view.recommendedAction ?? undefined],
    ]),
    document.putOff === undefined ? '' : `\nPut off because\n${paragraph(document.putOff.reason)}`,
    view.plan === null ? '' : `\nDecided because\n${paragraph(view.plan.because)}`,
    view.message === null ? '' : `\nEnded\n${paragraph(view.message)}`,
    '\nAttempts\n',
    document.attempts.length === 0 ? '  none\n' : table(['n', 'started', 'route', 'amount', 'outcome', 'at the gateway'], document.attempts.map((attempt) => [
      String(attempt.n), time(attempt.startedAt), attempt.route, money(attempt.amount.minor, attempt.amount.currency), outcomeOf(attempt), attempt.chargeRef ?? '–',
    ])),
    document.refunds.length === 0 ? '' : `\nRefunds\n${table(['n', 'because', 'state', 'of attempt', 'reference', 'detail'], document.refunds.map((one) => [
      String(one.n), one.why, one.state, one.attempt === undefined ? '–' : String(one.attempt), one.refundRef ?? '–', one.reason ?? '–',
    ]))}`,
    document.commands === undefined ? '' : `\nAsked by operators\n${table(['at', 'command', 'result', 'answer'], document.commands.map((one) => [
      time(one.at), one.type, one.result, `${one.message}${one.note === undefined ? '' : ` Note: ${one.note}`}`,
    ]))}`,
    document.parkedAt === undefined ? '' : `\n${paragraph(`Nothing happens to it until you ask for it: ${invocation()} cases retry|cancel|resolve ${view.transactionId}`)}`,
    '\n',
  ].join('');
};

const money = (minor: number, currency: string): string => `${formatDecimal({ minor, currency })} ${currency}`;

const outcomeOf = ({ outcome }: Attempt): string => {
  if (outcome === null) return 'under way';
  return outcome.status === 'declined' ? `declined: ${outcome.decline.code}` : outcome.status;
};
