import type { Billed } from '../../connectors/stripe-billing/fake-platform.js';
import type { Stage } from './stage.js';
import { cardBrand, newCard, subscriptions } from './subscriptions.js';
import { expected } from './expected.js';

const hour = 3_600_000;
const day = 24 * hour;

/** One subscription as it was billed. */
export interface BilledRow extends Billed { readonly row: number }

/** Bills the subscriptions of the rows; what must lie in wait for a request of ours is armed directly afterwards, a hub day before the first. */
export const billRows = async ({ stripe }: Stage, rows: readonly number[]): Promise<readonly BilledRow[]> => {
  const billed: BilledRow[] = [];
  for (const { row, amount, results, smartRetry } of subscriptions.filter((one) => rows.includes(one.row))) {
    const card = { brand: cardBrand, results: [...results] };
    const label = `row ${row}: ${expected.find((one) => one.row === row)?.name ?? ''}`;
    const invoice = await stripe.bill({ label, amount, card, ...(smartRetry === undefined ? {} : { smartRetry: [...smartRetry] }) });
    billed.push({ row, ...invoice });
    await lieInWait(stripe, row, invoice);
  }
  return billed;
};

const lieInWait = async (stripe: Stage['stripe'], row: number, { invoice }: Billed): Promise<void> => {
  if (row === 9) {
    await stripe.inject({ match: { method: 'POST', path: `/v1/invoices/${invoice}/pay$`, bindToFirstKey: true }, action: 'drop_reply_after_applying', times: 'always' });
  }
  if (row === 12) await stripe.smartRetryBeforeNextPay({ invoice });
};

/** What people and the platform do while the hub waits, in hub time after the billing. */
interface Deed { readonly row: number; readonly afterMs: number; readonly says: string; do(stripe: Stage['stripe'], billed: BilledRow): Promise<void> }

const deeds: readonly Deed[] = [
  { row: 10, afterMs: 8 * hour, says: 'the customer of row 10 pays with another card on the hosted page', do: (stripe, { invoice }) => stripe.payElsewhere({ invoice }) },
  { row: 11, afterMs: 9 * hour, says: 'the merchant voids the invoice of row 11', do: (stripe, { invoice }) => stripe.voidInvoice({ invoice }) },
  {
    row: 3, afterMs: 2 * day, says: 'the customer of row 3 enters a new card',
    do: (stripe, { customer }) => stripe.updateCard({ customer, card: { ...newCard, results: [...newCard.results] } }),
  },
];

/** Plays what happens outside the hub; resolves when all of it has happened. */
export const playWorld = async ({ stripe, clock }: Stage, billed: readonly BilledRow[], say: (line: string) => void, signal: AbortSignal): Promise<void> => {
  await Promise.all(deeds.map(async (deed) => {
    const row = billed.find((one) => one.row === deed.row);
    if (row === undefined) return;
    await wait(deed.afterMs / clock.scale, signal);
    if (signal.aborted) return;
    await deed.do(stripe, row);
    say(deed.says);
  }));
};

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
