import type { Debt, LedgerReport, MoneyRequest as StripeRequest, Success } from '../../../connectors/stripe-billing/fake-platform.js';
import type { Evidence, MoneyRequest, MoneyReturned, MoneyTaken } from '../laws/index.js';
import type { StripeRefund } from './stripe-refunds.js';

const by: Readonly<Record<Success['by'], MoneyTaken['by']>> = {
  request: 'us', stripe: 'platform', customer: 'customer', payment_record: 'recorded', out_of_band: 'recorded',
};

const takenOf = ({ debtId }: Debt, success: Success): MoneyTaken => ({
  ledger: 'stripe', debtId, at: new Date(success.at.wall), requestId: success.requestId, key: success.idempotencyKey, chargeRef: success.charge,
  // paid elsewhere and told to Stripe by somebody without a key of ours: the customer
  by: success.by === 'out_of_band' && success.idempotencyKey === null ? 'customer' : by[success.by],
  amount: success.amount, currency: success.currency,
});

/** Answered, or executed without an answer: then it was decided when it took money, or as it came. */
const decidedAt = (debt: Debt, request: StripeRequest): Date | null => {
  if (request.answeredAt) return new Date(request.answeredAt.wall);
  if (request.result === null) return null;
  return new Date(debt.successes.find(({ requestId }) => requestId === request.requestId)?.at.wall ?? request.receivedAt.wall);
};

const requestOf = (debt: Debt, request: StripeRequest): MoneyRequest => ({
  ledger: 'stripe', requestId: request.requestId, debtId: debt.debtId, card: request.paymentMethod ?? debt.customer, network: null,
  key: request.idempotencyKey, keyProtects: true, objectRef: objectOf(request),
  begunAt: new Date(request.receivedAt.wall), hubBegunAt: new Date(request.receivedAt.hub), decidedAt: decidedAt(debt, request),
  result: request.result === 'requires_action' ? 'declined' : request.result, replayed: request.replayed, objection: request.secondTry,
});

/** The PaymentIntent that is confirmed. */
const objectOf = ({ call, path }: StripeRequest): string | null =>
  (call === 'payment_intents.confirm' ? /payment_intents\/([^/]+)\//.exec(path)?.[1] ?? null : null);

/** Wall time of a hub time. */
type WallAt = (hub: Date) => Date;

/** What names our refund, as our gateway writes it on Stripe's. */
const ourRefund = 'recovery_hub_refund';

const returnedOf = ({ charge, metadata, amount, created }: StripeRefund, wallAt: WallAt): MoneyReturned =>
  ({ ledger: 'stripe', chargeRef: charge ?? 'none', key: metadata?.[ourRefund] ?? null, amount, at: wallAt(new Date(created * 1000)) });

/** What the Stripe fake's ledger shows, and the refunds it has made. */
export const evidenceOfStripe = (report: LedgerReport, refunds: readonly StripeRefund[], wallAt: WallAt): Pick<Evidence, 'requests' | 'taken' | 'returned' | 'invoices'> => ({
  requests: report.debts.flatMap((debt) => debt.requests.map((request) => requestOf(debt, request))),
  taken: report.debts.flatMap((debt) => debt.successes.map((success) => takenOf(debt, success))),
  returned: refunds.filter(({ status }) => status !== 'failed' && status !== 'canceled').map((refund) => returnedOf(refund, wallAt)),
  invoices: report.debts.flatMap(({ kind, debtId, invoiceStatus, autoAdvance }) => (kind === 'invoice' ? [{ ref: debtId, status: invoiceStatus ?? 'unknown', autoAdvance }] : [])),
});
