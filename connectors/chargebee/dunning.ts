import { z } from 'zod';
import { PlatformError, type Ending, type InvoiceRef, type TakeOver } from '../../core/connector-kit/index.js';
import { ask, type ChargebeeCall } from './platform-api.js';
import { invoiceShape, toDate, type Invoice } from './shapes.js';

/**
 * Pauses Chargebee's retries of the invoice. A pause ends in a charge by Chargebee itself on its date, so that date lies behind everything we
 * plan, and the pause is ended before it.
 *
 * These requests carry no key of ours: they name the state to reach, so that repeating one is harmless, while a kept key would replay the
 * answer to an older one for half an hour.
 */
export const takeOver = async (invoice: InvoiceRef, until: Date, context: ChargebeeCall): Promise<TakeOver> => {
  const found = await read(invoice, context);
  if (found === undefined) return { status: 'not_possible', reason: 'the site does not know the invoice' };
  const nothing = nothingToTake(found);
  if (nothing !== undefined) return { status: 'not_possible', reason: nothing };
  const standing = pausedAlready(found, until);
  if (standing !== undefined) return standing;
  const params = { expected_payment_date: wholeSeconds(until).getTime() / 1000, comment: 'Recovery Hub collects this invoice.' };
  try {
    await ask(context, answer, (session) => session.invoice.pauseDunning(invoice.ref, params));
    return { status: 'taken' };
  } catch (thrown) {
    const now = await afterRefusal(thrown, invoice, context);
    if (now === undefined) return { status: 'not_possible', reason: 'the invoice is gone' };
    const reason = nothingToTake(now);
    if (reason !== undefined) return { status: 'not_possible', reason };
    const meanwhile = pausedAlready(now, until);
    if (meanwhile !== undefined) return meanwhile;
    if (isStateConflict(thrown)) return { status: 'not_possible', reason: 'Chargebee does not collect this invoice by itself (auto collection is off)' };
    throw thrown;
  }
};

/**
 * Gives the invoice back: ends the pause, so that Chargebee's retries go on. Or stops its dunning for good, where no retry may follow: after a
 * blocked case, and after a success whose invoice is still open, because the payment is not recorded and Chargebee would charge a second time.
 */
export const handBack = async (invoice: InvoiceRef, ending: Ending, context: ChargebeeCall): Promise<'handed_back' | 'nothing_to_do'> => {
  const found = await read(invoice, context);
  if (found === undefined || nothingToTake(found) !== undefined) return 'nothing_to_do';
  const stops = !ending.startDunning;
  if (!stops && pausedUntil(found) === undefined) return 'nothing_to_do';
  try {
    await ask(context, answer, (session) =>
      stops
        ? session.invoice.stopDunning(invoice.ref, { comment: 'Recovery Hub: no further retry is allowed.' })
        : session.invoice.resumeDunning(invoice.ref, { comment: 'Recovery Hub has ended its work.' }),
    );
    return 'handed_back';
  } catch (thrown) {
    const now = await afterRefusal(thrown, invoice, context);
    const isDone = now === undefined || nothingToTake(now) !== undefined || (!stops && pausedUntil(now) === undefined) || isStateConflict(thrown);
    if (isDone) return 'nothing_to_do';
    throw thrown;
  }
};

const answer = z.object({ invoice: invoiceShape });

const ENDED: ReadonlySet<string> = new Set(['exhausted', 'stopped', 'success']);

/** Why there are no retries to stop: only what is due and collected by Chargebee is retried. */
const nothingToTake = (invoice: Invoice): string | undefined => {
  if (invoice.status !== 'payment_due') return `the invoice is ${invoice.status}: Chargebee does not retry it`;
  const ended = ENDED.has(invoice.dunning_status ?? '');
  return ended ? `Chargebee's dunning of the invoice is ${String(invoice.dunning_status)}` : undefined;
};

/**
 * A pause until this very date is ours. Another one is the merchant's, or of an earlier plan: it is left alone, because a longer one can be asked
 * for only by resuming first, which may collect at once.
 */
const pausedAlready = (invoice: Invoice, until: Date): TakeOver | undefined => {
  const paused = pausedUntil(invoice);
  if (paused === undefined) return undefined;
  if (paused.getTime() === wholeSeconds(until).getTime()) return { status: 'taken' };
  return { status: 'not_possible', reason: `dunning of the invoice is paused until ${paused.toISOString()} already` };
};

/** An invoice whose dunning is paused says when payment is expected. */
const pausedUntil = ({ expected_payment_date: date }: Invoice): Date | undefined => (date ? toDate(date) : undefined);

const wholeSeconds = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);

const read = async (invoice: InvoiceRef, context: ChargebeeCall): Promise<Invoice | undefined> => {
  try {
    return (await ask(context, answer, (session) => session.invoice.retrieve(invoice.ref))).invoice;
  } catch (thrown) {
    if (thrown instanceof PlatformError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
};

const isStateConflict = (thrown: unknown): boolean => thrown instanceof PlatformError && thrown.code === 'invalid_request' && /invalid_state_for_request/.test(thrown.message);

/** A refusal is never believed by itself: the invoice is read again. Anything else is thrown on. */
const afterRefusal = async (thrown: unknown, invoice: InvoiceRef, context: ChargebeeCall): Promise<Invoice | undefined> => {
  if (thrown instanceof PlatformError && (thrown.code === 'invalid_request' || thrown.code === 'not_found')) return read(invoice, context);
  throw thrown;
};
