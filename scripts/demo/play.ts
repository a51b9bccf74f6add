import { setTimeout as sleep } from 'node:timers/promises';
import type { Billed } from '../../connectors/stripe-billing/fake-platform.js';
import { hubTime, type Stage } from './stage.js';
import { cardBrand, newCard, subscriptions } from './subscriptions.js';
import { expected } from './expected.js';

const dayMs = 86_400_000;
const lookEveryMs = 20;

/** One subscription as it was billed. */
export interface BilledRow extends Billed {
  readonly row: number;
  /** Hub time, directly before the platform's own first charge. */
  readonly billedAt: Date;
}

/** Bills the subscriptions of the rows; what must lie in wait for a request of ours is armed directly afterwards, a hub day before the first. */
export const billRows = async (stage: Stage, rows: readonly number[]): Promise<readonly BilledRow[]> => {
  const { stripe } = stage;
  const billed: BilledRow[] = [];
  for (const { row, amount, results, smartRetry } of subscriptions.filter((one) => rows.includes(one.row))) {
    const card = { brand: cardBrand, results: [...results] };
    const label = `row ${row}: ${expected.find((one) => one.row === row)?.name ?? ''}`;
    const billedAt = hubTime(stage);
    const invoice = await stripe.bill({ label, amount, card, ...(smartRetry === undefined ? {} : { smartRetry: [...smartRetry] }) });
    billed.push({ row, billedAt, ...invoice });
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

/** What people do while the hub waits: some time (hub ms) after the billing, or as soon as the hub has planned its next charge of the row. */
interface Deed {
  readonly row: number;
  readonly when: { readonly afterMs: number } | 'planned';
  readonly says: string;
  do(stripe: Stage['stripe'], billed: BilledRow): Promise<void>;
}

const deeds: readonly Deed[] = [
  { row: 10, when: 'planned', says: 'the customer of row 10 pays with another card on the hosted page', do: (stripe, { invoice }) => stripe.payElsewhere({ invoice }) },
  { row: 11, when: 'planned', says: 'the merchant voids the invoice of row 11', do: (stripe, { invoice }) => stripe.voidInvoice({ invoice }) },
  {
    row: 3, when: { afterMs: 2 * dayMs }, says: 'the customer of row 3 enters a new card',
    do: (stripe, { customer }) => stripe.updateCard({ customer, card: { ...newCard, results: [...newCard.results] } }),
  },
];

export interface Play {
  readonly stage: Stage;
  readonly billed: readonly BilledRow[];
  readonly isPlanned: (row: number) => boolean;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Plays what happens outside the hub; resolves when all of it has happened, or when `signal` is given. */
export const playWorld = async ({ stage: { stripe, clock }, billed, isPlanned, say, signal }: Play): Promise<void> => {
  await Promise.all(deeds.map(async (deed) => {
    const row = billed.find((one) => one.row === deed.row);
    if (row === undefined) return;
    if (deed.when === 'planned') while (!isPlanned(deed.row) && !signal.aborted) await wait(lookEveryMs, signal);
    else await wait(deed.when.afterMs / clock.scale, signal);
    if (signal.aborted) return;
    await deed.do(stripe, row);
    say(deed.says);
  }));
};

const wait = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);
