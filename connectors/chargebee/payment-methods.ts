import { z } from 'zod';
import { PlatformError, type InvoiceRef, type TokenList } from '../../core/connector-kit/index.js';
import { ask, type ChargebeeCall } from './platform-api.js';
import { fetchInvoice, type InvoiceReading } from './read-invoice.js';
import { customerShape, gatewayTokenShape, pageOf, paymentSourceShape, subscriptionShape, type GatewayToken, type PaymentSource } from './shapes.js';
import { payerOf, subscriptionOf } from './to-invoice-ref.js';
import { tokensOf } from './to-token.js';

/**
 * The payment sources that an invoice could be charged on. First the one of its failed payment, which need not be the customer's primary; but
 * where Chargebee would by now charge another one that was entered after that failure, the new one.
 */
export const listPaymentMethods = async (ref: InvoiceRef, context: ChargebeeCall): Promise<TokenList> => {
  try {
    const reading = await fetchInvoice(ref.ref, context);
    if (reading === undefined) return { found: false, reason: 'mode_mismatch', detail: unknownInvoice };
    const sources = await usable(reading, context);
    const { site } = context.connection.config;
    const lists = await Promise.all(sources.map(async (source) => tokensOf(source, await gatewayTokens(source, context), site)));
    const [first, ...others] = lists.flat();
    if (first !== undefined) return { found: true, tokens: [first, ...others] };
    return { found: false, reason: 'no_payment_source', detail: 'Neither the failed payment, the subscription nor the paying customer has a payment source that is still valid.' };
  } catch (thrown) {
    if (thrown instanceof PlatformError && thrown.code === 'missing_permission') {
      const detail = 'The API key may not read what is needed to find the payment source; use a full-access key of the site.';
      return { found: false, reason: 'insufficient_permissions', detail };
    }
    throw thrown;
  }
};

const unknownInvoice = 'The site does not know this invoice: is the key of the site that sent the event?';

/** The source of a payment, for the event that tells of it. */
export const sourceOf = async (sourceRef: string, context: ChargebeeCall): Promise<PaymentSource | undefined> => {
  try {
    const { payment_source: source } = await ask(context, z.object({ payment_source: paymentSourceShape }), (session) => session.paymentSource.retrieve(sourceRef));
    return source.deleted ? undefined : source;
  } catch (thrown) {
    if (thrown instanceof PlatformError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
};

/** Sites that do not have the list answer 404, 405 or 403; the reference on the source then says as much as it can. */
export const gatewayTokens = async (source: PaymentSource, context: ChargebeeCall): Promise<readonly GatewayToken[] | undefined> => {
  try {
    const page = await ask(context, pageOf('gateway_payment_method_token', gatewayTokenShape), (session) =>
      session.paymentSource.listGatewayTokensForPaymentSource(source.id),
    );
    return page.list;
  } catch (thrown) {
    if (!(thrown instanceof PlatformError)) throw thrown;
    if (thrown.code !== 'not_found' && thrown.code !== 'missing_permission' && thrown.code !== 'invalid_request') throw thrown;
    return undefined;
  }
};

/** Those that Chargebee itself still calls valid, in the order in which they are to be tried. */
const usable = async (reading: InvoiceReading, context: ChargebeeCall): Promise<readonly PaymentSource[]> => {
  const refs = await candidates(reading, context);
  const failed = refs.failed === undefined ? undefined : await sourceOf(refs.failed, context);
  const others = await Promise.all(refs.now.filter((ref) => ref !== refs.failed).map((ref) => sourceOf(ref, context)));
  const standing = others.filter((source) => source !== undefined).filter(isUsable);
  const newer = standing.filter((source) => refs.failedAt !== undefined && (source.created_at ?? 0) >= refs.failedAt && source.id === refs.now[0]);
  const older = standing.filter((source) => !newer.includes(source));
  return [...newer, ...(failed === undefined || !isUsable(failed) ? [] : [failed]), ...older];
};

const isUsable = ({ status, deleted }: PaymentSource): boolean => !deleted && (status === 'valid' || status === 'expiring' || status === 'expired');

interface Candidates {
  /** The source of the newest failed payment by a source. */
  readonly failed: string | undefined;
  readonly failedAt: number | undefined;
  /** What Chargebee would charge now, the first one first. */
  readonly now: readonly string[];
}

const candidates = async ({ invoice, transactions }: InvoiceReading, context: ChargebeeCall): Promise<Candidates> => {
  const failed = transactions.findLast((transaction) => transaction.status === 'failure' && transaction.payment_source_id);
  const subscriptionRef = subscriptionOf(invoice);
  const [subscription, customer] = await Promise.all([
    subscriptionRef === undefined ? undefined : subscriptionNamed(subscriptionRef, context),
    ask(context, z.object({ customer: customerShape }), (session) => session.customer.retrieve(payerOf(invoice))),
  ]);
  const inOrder = [subscription?.payment_source_id, customer.customer.primary_payment_source_id, customer.customer.backup_payment_source_id];
  return {
    failed: failed?.payment_source_id ?? undefined,
    failedAt: failed?.date,
    now: [...new Set(inOrder.filter((ref) => typeof ref === 'string'))],
  };
};

/** A subscription that is gone has no source of its own. */
const subscriptionNamed = async (ref: string, context: ChargebeeCall) => {
  try {
    return (await ask(context, z.object({ subscription: subscriptionShape }), (session) => session.subscription.retrieve(ref))).subscription;
  } catch (thrown) {
    if (thrown instanceof PlatformError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
};
