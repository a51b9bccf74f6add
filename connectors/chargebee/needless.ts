import { z } from 'zod';

/**
 * Whether the body of a delivery itself says that nothing follows from it, so that no request need be spent on reading the event again: an
 * invoice that is merely still owed, a transaction that has ended (its `payment_…` event comes too), a card under its older name. A forged body
 * gains nothing by this: to be ignored is all it gets.
 */
export const isNeedless = (eventType: string, body: unknown): boolean => {
  switch (eventType) {
    case 'invoice_updated':
    case 'dunning_updated':
      return ofInvoice.safeParse(body).success;
    case 'transaction_created':
    case 'transaction_updated':
      return ofEndedTransaction.safeParse(body).success;
    case 'card_added':
    case 'card_updated':
      return ofNewerCard.safeParse(body).success;
    default:
      return false;
  }
};

const content = <Shape extends z.ZodRawShape>(shape: Shape) => z.object({ content: z.object(shape) });

const ofInvoice = content({
  invoice: z.object({ status: z.enum(['payment_due', 'not_paid', 'posted', 'pending']), amount_due: z.number().positive() }),
});
const ofEndedTransaction = content({ transaction: z.object({ status: z.enum(['success', 'failure', 'voided']) }) });
const ofNewerCard = content({ card: z.object({ payment_source_id: z.string().min(1) }) });
