/** What the platform says of an invoice in the end. */
export interface ExpectedInvoice { readonly status: 'paid' | 'open' | 'void'; readonly autoAdvance?: false }

/** One row of the table the demo is judged by. */
export interface ExpectedRow {
  readonly row: number;
  readonly name: string;
  /** The decline of the platform's own first charge. */
  readonly stripeSays: string;
  readonly status: 'succeeded' | 'failed' | 'blocked' | 'cancelled';
  /** `recoveredBy` of `status`, null where nothing was recovered. */
  readonly recoveredBy: 'retry' | 'card_update' | 'external' | null;
  /** `recommendedAction` of `status` once it is closed. */
  readonly recommendedAction: 'request_card_update' | 'manual_review' | null;
  /** Charges of our own, by the platform's ledger: distinct idempotency keys. */
  readonly attempts: number;
  readonly invoice: ExpectedInvoice;
  /** Final events in the order of their webhooks. */
  readonly events: readonly ('success' | 'failed' | 'blocked')[];
  /** `trigger` of the last event, where the row is about it. */
  readonly trigger?: 'card_update' | 'reconciliation' | 'external';
  /** What the last of our requests came to at the platform, where the row is about it. */
  readonly lastRequest?: 'applied, reply lost' | 'already paid';
  /** Requests to move money after a success on the debt or beside another one; only a race the platform wins makes one. */
  readonly secondTries: 0 | 1;
  /** When the attempts are planned, where the row is about it. */
  readonly attemptsAt?: { readonly payday: 'Friday 10:00 UTC' } | { readonly hoursAfterLastTry: readonly number[] };
}

const paid = { status: 'paid' } as const;
const open = { status: 'open' } as const;
const stopped = { status: 'open', autoAdvance: false } as const;
const nothing = { recoveredBy: null, recommendedAction: null, secondTries: 0 } as const;
const byRetry = { status: 'succeeded', recoveredBy: 'retry', recommendedAction: null, invoice: paid, events: ['success'], secondTries: 0 } as const;
const byAnother = { status: 'succeeded', recoveredBy: 'external', recommendedAction: null, invoice: paid, events: ['success'], trigger: 'external' } as const;
const blocked = { ...nothing, status: 'blocked', attempts: 0, invoice: stopped, events: ['blocked'] } as const;

/** The table: each subscription, what its bank says, and how it must end. */
export const expected: readonly ExpectedRow[] = [
  { row: 1, name: 'second try', stripeSays: 'generic_decline', ...byRetry, attempts: 2 },
  { row: 2, name: 'payday', stripeSays: 'insufficient_funds', ...byRetry, attempts: 1, attemptsAt: { payday: 'Friday 10:00 UTC' } },
  {
    row: 3, name: 'expired, new card on day 2', stripeSays: 'expired_card', ...byRetry,
    recoveredBy: 'card_update', attempts: 1, events: ['failed', 'success'], trigger: 'card_update',
  },
  {
    row: 4, name: 'expired, never updated', stripeSays: 'expired_card', ...nothing,
    status: 'failed', recommendedAction: 'request_card_update', attempts: 0, invoice: open, events: ['failed'],
  },
  { row: 5, name: 'lost', stripeSays: 'lost_card', ...blocked, recommendedAction: 'manual_review' },
  { row: 6, name: 'fraud', stripeSays: 'fraudulent', ...blocked, recommendedAction: 'manual_review' },
  { row: 7, name: 'step-up', stripeSays: 'authentication_required', ...blocked, recommendedAction: 'request_card_update' },
  { row: 8, name: 'processor down', stripeSays: 'processing_error', ...byRetry, attempts: 2, attemptsAt: { hoursAfterLastTry: [1, 6] } },
  {
    row: 9, name: 'reply lost after payment', stripeSays: 'generic_decline', ...byRetry,
    attempts: 1, trigger: 'reconciliation', lastRequest: 'applied, reply lost',
  },
  { row: 10, name: 'paid elsewhere meanwhile', stripeSays: 'generic_decline', ...byAnother, attempts: 0, secondTries: 0 },
  {
    row: 11, name: 'voided meanwhile', stripeSays: 'generic_decline', ...nothing,
    status: 'cancelled', attempts: 0, invoice: { status: 'void' }, events: [],
  },
  {
    row: 12, name: 'Smart Retry before our pay', stripeSays: 'generic_decline', ...byAnother,
    attempts: 1, lastRequest: 'already paid', secondTries: 1,
  },
];
