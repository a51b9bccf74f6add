import type { Ending, InvoiceRef, TakeOver } from '../../core/connector-kit/index.js';
import { PlatformError } from '../../core/connector-kit/index.js';
import { ask, type StripeCall } from './platform-api.js';
import { invoiceShape, type StripeInvoice } from './shapes.js';
import { toPlatformError } from './to-platform-error.js';

/** Written on the invoice while we hold it, so that what the merchant had switched off is not switched on when we hand back. */
const HOLD_MARK = 'recovery_hub_hold_until';

/**
 * Stops Stripe from retrying the invoice by itself: `auto_advance: false`.
 *
 * These updates carry no key of ours: they name the state to reach, so repeating one is harmless, while a kept key would replay the answer
 * to an older update instead of making a newer one.
 */
export const takeOver = async (invoice: InvoiceRef, until: Date, context: StripeCall): Promise<TakeOver> => {
  const found = await read(invoice, context);
  if (found?.status !== 'open') return { status: 'not_possible', reason: `the invoice is ${found?.status ?? 'unknown to Stripe'}` };
  const held = isHeld(found);
  if (!found.auto_advance && !held) return { status: 'not_possible', reason: 'Stripe is not retrying this invoice (auto_advance is off)' };
  if (!found.auto_advance && found.metadata?.[HOLD_MARK] === until.toISOString()) return { status: 'taken' };
  await update(invoice, { auto_advance: false, metadata: { [HOLD_MARK]: until.toISOString() } }, context);
  return { status: 'taken' };
};

/**
 * Gives the invoice back to Stripe's retries, or, after a blocked case that starts no dunning, stops them for good even if they were never
 * taken. After a success they stay off too: an invoice that is still open then was paid at the gateway and is not recorded yet.
 */
export const handBack = async (invoice: InvoiceRef, ending: Ending, context: StripeCall): Promise<'handed_back' | 'nothing_to_do'> => {
  const found = await read(invoice, context);
  if (found?.status !== 'open') return 'nothing_to_do';
  const held = isHeld(found);
  const stop = ending.outcome === 'succeeded' || (ending.outcome === 'blocked' && !ending.startDunning);
  if (ending.outcome === 'blocked' && stop ? !found.auto_advance && !held : !held) return 'nothing_to_do';
  await update(invoice, { auto_advance: !stop, ...(held ? { metadata: { [HOLD_MARK]: '' } } : {}) }, context);
  return 'handed_back';
};

const isHeld = (invoice: StripeInvoice): boolean => Boolean(invoice.metadata?.[HOLD_MARK]);

const read = async (invoice: InvoiceRef, context: StripeCall): Promise<StripeInvoice | undefined> => {
  try {
    return await ask(context, invoiceShape, (options) => context.session.invoices.retrieve(invoice.ref, {}, options));
  } catch (thrown) {
    const error = toPlatformError(thrown);
    if (error.code === 'not_found') return undefined;
    throw error;
  }
};

const update = async (
  invoice: InvoiceRef,
  change: { readonly auto_advance: boolean; readonly metadata?: Record<string, string> },
  context: StripeCall,
): Promise<void> => {
  const updated = await ask(context, invoiceShape, (options) => context.session.invoices.update(invoice.ref, change, options));
  if (Boolean(updated.auto_advance) !== change.auto_advance) {
    throw new PlatformError('Stripe answered the update with an invoice that was not updated.', {
      code: 'unexpected_answer',
      reached: 'unknown',
    });
  }
};
