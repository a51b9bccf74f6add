import { commandWrites, type CaseDocument, type Command, type Refund, type Settlement } from '../../cases/index.js';
import { answerTo, refusalByStatus, refuse, type Asked } from './command-answer.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { openRefund } from './refund-step.js';
import { isReturned, returnedMinor, takenBy } from './standing-payment.js';

type Of<T extends Command['type']> = Asked<Extract<Command, { type: T }>>;

/** A payment is given back on a person's word: owed from now on, and made as any refund is. */
export const refundCommand = (document: CaseDocument, asked: Of<'refund'>, tools: Tools): Effect => {
  const refused = (message: string) => refuse(document, asked, 'nothing_open', message, tools);
  if (openRefund(document)) return refuse(document, asked, 'in_progress', 'A refund of this case is under way already.', tools);
  if (document.status === 'attempting' || document.status === 'unknown') return refuse(document, asked, ...(refusalByStatus(document) ?? ['in_progress', 'A charge is in flight.']), tools);
  const held = document.attempts.filter((attempt) => takenBy(attempt) !== undefined && !isReturned(document, attempt));
  const { attempt: wanted } = asked.command;
  const named = wanted === undefined ? held : held.filter((attempt) => attempt.n === wanted);
  const [attempt, ...others] = named;
  const taken = attempt && takenBy(attempt);
  if (!attempt || !taken) return refused(wanted === undefined ? 'No payment of this case is in our hands.' : `Attempt ${String(wanted)} took no money that is still to be given back.`);
  if (others.length > 0) return refused(`Several payments could be meant (attempts ${named.map((one) => one.n).join(', ')}): name one.`);
  const rest = taken.minor - returnedMinor(document, attempt);
  if (rest <= 0) return refused('All of this payment went back already.');
  const n = document.refunds.length + 1;
  const now = tools.clock.hubNow();
  const key = `${attempt.key}-refund-${String(n)}`;
  const refund: Refund = { n, why: 'operator', state: 'due', attempt: attempt.n, amount: { minor: rest, currency: taken.currency }, once: { key, firstTriedAt: now, ourReference: key } };
  const answer = answerTo(asked, 'done', `${String(rest)} ${taken.currency} (minor units) are given back, tried until the gateway has taken it.`, tools);
  return { do: 'write', write: commandWrites.oweRefund(document, refund, answer), after: { refund: undefined } };
};

/** The platform is told of a payment again, or asked about it again, from the beginning and at once. */
export const settleCommand = (document: CaseDocument, asked: Of<'settle'>, { facts }: Knowledge, tools: Tools): Effect => {
  const { settlement } = document;
  const refused = (message: string) => refuse(document, asked, 'nothing_open', message, tools);
  if (document.status !== 'succeeded' || !settlement) return refused('The payment has not been recovered: there is nothing to settle.');
  const attempt = document.attempts.find((one) => one.key === settlement.once.ourReference);
  switch (settlement.state) {
    case 'not_needed': return refused('The platform need not be told: nothing is to be settled.');
    case 'confirmed': return refused('The platform shows the payment already.');
    case 'reversed': return refused('The payment went back: nothing is to be settled.');
    case 'due':
    case 'recorded':
    case 'refused': break;
  }
  if (openRefund(document)) return refuse(document, asked, 'in_progress', 'A refund of this case is under way: settle it once the money is back.', tools);
  if (attempt && isReturned(document, attempt)) return refused('The payment was given back: nothing is to be settled.');
  const { route } = settlement;
  if (route === 'gateway' && facts.settlement === 'disconnected') return refuse(document, asked, 'not_active', 'The connection is disconnected: connect the platform again, then settle the case.', tools);
  const now = tools.clock.hubNow();
  const { reason: _reason, ...rest } = settlement;
  // what the platform has not named to us it may never have been told
  const untold = settlement.state === 'recorded' && settlement.platformPaymentRef === undefined;
  const state = route === 'gateway' && facts.settlement !== 'platform_detects' ? (untold || settlement.state === 'refused' ? 'due' as const : settlement.state) : 'recorded';
  // what was refused has used up its key; the platform is looked at first, as ever
  const once = settlement.state === 'refused' || (untold && state === 'due') ? { ...settlement.once, key: `${settlement.once.ourReference}-settle-again-${String(document.signalSeq)}`, firstTriedAt: now } : settlement.once;
  const after: Settlement = { ...rest, state, once, tries: 0, updatedAt: now };
  const answer = answerTo(asked, 'done', 'The payment is settled with the platform now, and tried again until it shows it.', tools);
  return { do: 'write', write: commandWrites.settleNow(document, after, answer), after: { settled: undefined, invoice: undefined } };
};
