import { decimalOf } from './money.js';
import { secondsOf } from './notification-json.js';
import type { Account, BillingInfo, Invoice, Subscription } from './resources.js';
import { balanceOf, billingInfoFor, billingInfosOf, type FakeSite, isOpen, numberOf, primaryOf } from './site.js';
import type { Switches } from './switches.js';

/** A resource as the API writes it, before what is absent is left out. */
export type Rendered = Readonly<Record<string, unknown>>;

export const instantOf = (date: Date | null): string | null => (date === null ? null : secondsOf(date));

/** fact('resource.absent') */
export const withoutAbsent = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null).map(([name, member]) => [name, withoutAbsent(member)]));
};

export const accountMini = (site: FakeSite, id: string): Rendered | null => {
  const account = site.accounts.get(id);
  if (account === undefined) return null;
  return {
    id, object: 'account', code: account.code, email: account.email, first_name: account.firstName, last_name: account.lastName, company: null,
    parent_account_id: null, bill_to: 'self', dunning_campaign_id: account.dunningCampaignId,
  };
};

export const invoiceMini = (site: FakeSite, id: string): Rendered | null => {
  const invoice = site.invoices.get(id);
  return invoice === undefined ? null : { id, object: 'invoice', number: numberOf(invoice), type: invoice.type, state: invoice.state };
};

/** fact('token.sources'): a card with a gateway's token is told as one. */
export const paymentMethodOf = ({ card, tokens, gateway }: BillingInfo): Rendered => ({
  object: tokens.gatewayToken === null ? 'credit_card' : 'gateway_token',
  card_type: card.cardType,
  first_six: card.firstSix,
  last_four: card.lastFour,
  exp_month: card.expMonth,
  exp_year: card.expYear,
  gateway_token: tokens.gatewayToken,
  gateway_code: gateway.code,
  gateway_attributes: tokens.accountReference === null ? null : { account_reference: tokens.accountReference },
  cc_bin_country: 'US',
  funding_source: 'credit',
});

export const billingInfoJson = (info: BillingInfo, site: FakeSite, { referencesOn }: Switches): Rendered => {
  const account = site.accounts.get(info.accountId);
  return {
    id: info.id, object: 'billing_info', account_id: info.accountId, first_name: account?.firstName ?? null, last_name: account?.lastName ?? null,
    company: null, address: { street1: '1 Main Street', street2: null, city: 'Springfield', region: 'IL', postal_code: '62701', country: 'US', phone: null },
    vat_number: null, valid: info.valid, payment_method: paymentMethodOf(info), fraud: null, primary_payment_method: info.primary,
    backup_payment_method: false,
    // fact('token.references_place')
    payment_gateway_references: referencesOn === 'transaction' ? [] : info.tokens.references,
    created_at: instantOf(info.createdAt), updated_at: instantOf(info.updatedAt), updated_by: { ip: null, country: null },
  };
};

export const accountJson = (account: Account, site: FakeSite, switches: Switches): Rendered => {
  const primary = primaryOf(site, account.id);
  const own = <Thing extends { readonly accountId: string }>(things: ReadonlyMap<string, Thing>): Thing[] =>
    [...things.values()].filter(({ accountId }) => accountId === account.id);
  const has = (...states: readonly Subscription['state'][]): boolean => own(site.subscriptions).some(({ state }) => states.includes(state));
  return {
    ...accountMini(site, account.id), state: 'active', username: null, preferred_locale: 'en-US', tax_exempt: false, vat_number: null, cc_emails: null,
    billing_info: primary === null ? null : billingInfoJson(primary, site, switches), shipping_addresses: [], custom_fields: [],
    has_live_subscription: has('active', 'canceled', 'future', 'paused'), has_active_subscription: has('active'), has_future_subscription: has('future'),
    has_canceled_subscription: has('canceled'), has_paused_subscription: has('paused'),
    has_past_due_invoice: own(site.invoices).some(({ state }) => state === 'past_due'),
    created_at: instantOf(account.createdAt), updated_at: instantOf(account.updatedAt), deleted_at: null,
  };
};

export const subscriptionJson = (subscription: Subscription, site: FakeSite): Rendered => {
  const amount = decimalOf(subscription.unitAmount, subscription.currency);
  const open = [...site.invoices.values()].find((invoice) => invoice.subscriptionIds.includes(subscription.id) && isOpen(invoice));
  return {
    id: subscription.id, object: 'subscription', uuid: subscription.uuid, account: accountMini(site, subscription.accountId),
    plan: { id: subscription.planId, object: 'plan_mini', code: subscription.planCode, name: subscription.planName },
    state: subscription.state, coupon_redemptions: [], pending_change: null,
    current_period_started_at: instantOf(subscription.periodStartedAt), current_period_ends_at: instantOf(subscription.periodEndsAt),
    current_term_started_at: instantOf(subscription.periodStartedAt), current_term_ends_at: instantOf(subscription.periodEndsAt),
    trial_started_at: null, trial_ends_at: null, remaining_billing_cycles: null, total_billing_cycles: 1, renewal_billing_cycles: 1,
    auto_renew: subscription.state === 'active', paused_at: null, remaining_pause_cycles: null, currency: subscription.currency,
    unit_amount: amount, tax_inclusive: false, quantity: 1, add_ons: [], add_ons_total: 0, subtotal: amount, tax: 0, total: amount,
    collection_method: subscription.collectionMethod, po_number: null, net_terms: 0, terms_and_conditions: null, customer_notes: null,
    expiration_reason: subscription.expirationReason, custom_fields: [], created_at: instantOf(subscription.createdAt),
    updated_at: instantOf(subscription.updatedAt), activated_at: instantOf(subscription.activatedAt), canceled_at: instantOf(subscription.canceledAt),
    expires_at: instantOf(subscription.expiresAt), bank_account_authorized_at: null, gateway_code: null,
    billing_info_id: subscription.billingInfoId, active_invoice_id: open?.id ?? null, started_with_gift: false, converted_at: null,
  };
};

const lineItemOf = (invoice: Invoice, site: FakeSite): Rendered => {
  const amount = decimalOf(invoice.total, invoice.currency);
  return {
    id: `${invoice.id.slice(0, 12)}l`, object: 'line_item', uuid: invoice.uuid, type: invoice.type === 'credit' ? 'credit' : 'charge', state: 'invoiced',
    account: accountMini(site, invoice.accountId), subscription_id: invoice.subscriptionIds[0] ?? null, invoice_id: invoice.id,
    invoice_number: numberOf(invoice), currency: invoice.currency, amount, description: invoice.description, quantity: 1, unit_amount: amount, subtotal: amount,
    discount: 0, tax: 0, created_at: instantOf(invoice.createdAt), updated_at: instantOf(invoice.updatedAt),
  };
};

/** fact('invoice.members'): nothing says when Recurly will try again. */
export const invoiceJson = (invoice: Invoice, site: FakeSite, switches: Switches, transactions: readonly Rendered[]): Rendered => {
  const decimal = (minor: number): number => decimalOf(minor, invoice.currency);
  // fact('mark_successful.paid')
  const paid = invoice.paid + (switches.markedPaid === 'balance' ? invoice.forced : 0);
  const wallet = billingInfosOf(site, invoice.accountId).length > 1;
  return {
    id: invoice.id, uuid: invoice.uuid, object: 'invoice', type: invoice.type, origin: invoice.origin, state: invoice.state,
    account: accountMini(site, invoice.accountId), billing_info_id: wallet ? (billingInfoFor(site, invoice)?.id ?? null) : null,
    subscription_ids: invoice.subscriptionIds, previous_invoice_id: invoice.previousInvoiceId, number: numberOf(invoice),
    collection_method: invoice.collectionMethod, po_number: invoice.poNumber, net_terms: 0, net_terms_type: 'net',
    address: { name_on_account: null, company: null, first_name: 'Robin', last_name: 'Example', country: 'US' }, shipping_address: null,
    currency: invoice.currency, discount: 0, subtotal: decimal(invoice.total), tax: 0, total: decimal(invoice.total),
    refundable_amount: invoice.type === 'charge' ? decimal(invoice.paid - invoice.refunded) : null, paid: decimal(paid), balance: decimal(balanceOf(invoice)),
    tax_info: null, used_tax_service: false, vat_number: null, vat_reverse_charge_notes: null, terms_and_conditions: invoice.termsAndConditions,
    customer_notes: invoice.customerNotes, line_items: [lineItemOf(invoice, site)], has_more_line_items: false, transactions, credit_payments: [],
    created_at: instantOf(invoice.createdAt), updated_at: instantOf(invoice.updatedAt), due_at: instantOf(invoice.dueAt), closed_at: instantOf(invoice.closedAt),
    dunning_campaign_id: site.accounts.get(invoice.accountId)?.dunningCampaignId ?? null, dunning_events_sent: invoice.dunningEventsSent,
    final_dunning_event: invoice.finalDunningEvent, custom_fields: [],
  };
};
