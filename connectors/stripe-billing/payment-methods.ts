import { PlatformError, type ChargeableToken, type InvoiceRef, type TokenList } from '../../core/connector-kit/index.js';
import { toForeignToken, whereTokensStand } from './foreign-token.js';
import { ask, type ConnectorCall } from './platform-api.js';
import { customerShape, invoiceShape, paymentMethodShape, sourceShape, subscriptionShape } from './shapes.js';
import { subscriptionOf } from './to-invoice-ref.js';
import { toToken } from './to-token.js';

/**
 * The payment methods of an invoice in the order in which Stripe itself would try them: the invoice's, the subscription's, the customer's;
 * last a token of another gateway that stands in the customer's metadata. The invoice is asked first, because it names the other two.
 */
export const listPaymentMethods = async (ref: InvoiceRef, context: ConnectorCall): Promise<TokenList> => {
  try {
    const refs = await candidates(ref, context);
    const described = await Promise.all(refs.methods.map((method) => describe(method, refs.customer, context)));
    // Merchants who mark invoices as paid out of band keep the token on the customer.
    const unwritten = described.find((method) => method !== undefined && 'withoutToken' in method);
    const ofCustomer = toForeignToken(refs.customerMetadata, unwritten?.withoutToken, context.connection.config);
    const known = [...described, ofCustomer].filter((token) => token !== undefined && 'methodRef' in token);
    const [first, ...others] = known.filter((token, at) => known.findIndex((other) => isSame(other, token)) === at);
    if (first !== undefined) return { found: true, tokens: [first, ...others] };
    if (unwritten !== undefined) {
      const detail = `The payment method is held by another processor, and its token is not in Stripe: expected ${whereTokensStand}.`;
      return { found: false, reason: 'unsupported_gateway', detail };
    }
    const detail =
      refs.methods.length > 0
        ? 'Every payment method this invoice could be charged on was removed or detached.'
        : 'Neither the invoice, its subscription nor its customer has a default payment method.';
    return { found: false, reason: 'no_payment_source', detail };
  } catch (thrown) {
    if (!(thrown instanceof PlatformError)) throw thrown;
    if (thrown.code === 'missing_permission') {
      return {
        found: false,
        reason: 'insufficient_permissions',
        detail: 'The API key may not read what is needed to find the card: Invoices, Subscriptions, Customers, PaymentMethods (read).',
      };
    }
    // Stripe answers 404 for an object of the other mode, in words only; the ids do not tell.
    if (thrown.code === 'not_found')
      return {
        found: false,
        reason: 'mode_mismatch',
        detail:
          'Stripe does not know this invoice, its subscription or its customer under this key: is the key of the same account and mode?',
      };
    throw thrown;
  }
};

/** A token may stand on the custom payment method and on the customer. */
const isSame = (one: ChargeableToken, other: ChargeableToken): boolean =>
  one.gatewayType === other.gatewayType && one.methodRef === other.methodRef;

interface Candidates {
  readonly methods: readonly string[];
  readonly customer: string | undefined;
  readonly customerMetadata: Readonly<Record<string, string>> | undefined;
}

const candidates = async (ref: InvoiceRef, context: ConnectorCall): Promise<Candidates> => {
  const { session } = context;
  const invoice = await ask(context, invoiceShape, (options) => session.invoices.retrieve(ref.ref, {}, options));
  const subscriptionRef = subscriptionOf(invoice) ?? ref.subscriptionRef;
  const customerRef = invoice.customer ?? ref.customerRef;
  const [subscription, customer] = await Promise.all([
    subscriptionRef === undefined
      ? undefined
      : ask(context, subscriptionShape, (options) => session.subscriptions.retrieve(subscriptionRef, {}, options)),
    customerRef === undefined ? undefined : ask(context, customerShape, (options) => session.customers.retrieve(customerRef, {}, options)),
  ]);
  const ofCustomer =
    customer === undefined || customer.deleted ? [] : [customer.invoice_settings?.default_payment_method, customer.default_source];
  const inOrder = [
    invoice.default_payment_method,
    invoice.default_source,
    subscription?.default_payment_method,
    subscription?.default_source,
    ...ofCustomer,
  ];
  return {
    methods: [...new Set(inOrder.filter((method) => typeof method === 'string'))],
    customer: customerRef,
    customerMetadata: customer === undefined || customer.deleted ? undefined : (customer.metadata ?? undefined),
  };
};

/** A custom payment method of this type on which nobody wrote a token. */
interface WithoutToken {
  readonly withoutToken: string | undefined;
}

/** A default may outlive its object: what Stripe no longer knows, or what belongs to nobody any more, cannot be charged. */
const describe = async (
  methodRef: string,
  customerRef: string | undefined,
  context: ConnectorCall,
): Promise<ChargeableToken | WithoutToken | undefined> => {
  try {
    if (!methodRef.startsWith('pm_')) return customerRef === undefined ? undefined : await describeSource(methodRef, customerRef, context);
    const method = await ask(context, paymentMethodShape, (options) => context.session.paymentMethods.retrieve(methodRef, {}, options));
    if (!method.customer) return undefined;
    if (method.type === 'custom') {
      const type = method.custom?.type;
      return toForeignToken(method.metadata, type, context.connection.config) ?? { withoutToken: type };
    }
    return toToken(method.id, method.customer, method.card);
  } catch (thrown) {
    if (thrown instanceof PlatformError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
};

const describeSource = async (sourceRef: string, customerRef: string, context: ConnectorCall): Promise<ChargeableToken> => {
  const source = await ask(context, sourceShape, (options) =>
    context.session.customers.retrieveSource(customerRef, sourceRef, {}, options),
  );
  return toToken(source.id, customerRef, source.object === 'card' ? source : source.card);
};
