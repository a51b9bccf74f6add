import type { Happening } from './happening.js';
import { hasNoDecimals } from './money.js';
import type { Account, Invoice, Subscription, Transaction } from './resources.js';
import { balanceOf, type FakeSite, subscriptionOf, transactionsOf } from './site.js';
import type { Switches } from './switches.js';
import { boolean, datetime, documentOf, type Element, group, integer, list, text } from './xml.js';

/** fact('notification.xml_roots') */
const ROOTS: Readonly<Record<string, string>> = {
  'payment.failed': 'failed_payment_notification',
  'payment.succeeded': 'successful_payment_notification',
  'payment.scheduled': 'scheduled_payment_notification',
  'payment.processing': 'processing_payment_notification',
  'payment.refunded': 'successful_refund_notification',
  'payment.voided': 'void_payment_notification',
  'payment.transaction_status_updated': 'transaction_status_updated_notification',
  'charge_invoice.created': 'new_charge_invoice_notification',
  'charge_invoice.updated': 'updated_invoice_notification',
  'credit_invoice.created': 'new_credit_invoice_notification',
  'dunning_event.created': 'new_dunning_event_notification',
  'subscription.created': 'new_subscription_notification',
  'account.created': 'new_account_notification',
};

const rootOf = ({ object, event }: Happening): string => ROOTS[`${object}.${event}`] ?? `${event}_${object}_notification`.replace(/^updated_billing_info/, 'billing_info_updated');

/** fact('money.xml_cents') */
const cents = (name: string, minor: number, currency: string, { xmlCentsOfZeroDecimals }: Switches): Element =>
  integer(`${name}_in_cents`, hasNoDecimals(currency) && xmlCentsOfZeroDecimals === 'times_100' ? minor * 100 : minor);

const accountXml = (account: Account | undefined): Element => group('account', [
  text('account_code', account?.code ?? ''),
  text('username', null),
  text('email', account?.email ?? ''),
  text('first_name', account?.firstName ?? ''),
  text('last_name', account?.lastName ?? ''),
  text('company_name', null),
]);

/** fact('notification.xml_status') */
const statusXml = ({ status }: Transaction, { xmlStatusCase }: Switches): string =>
  xmlStatusCase === 'capital' && status === 'declined' ? 'Declined' : status;

/** No currency, and the id is the uuid of the API: fact('notification.xml_transaction') */
const transactionXml = (transaction: Transaction, site: FakeSite, switches: Switches): Element => {
  const invoice = site.invoices.get(transaction.invoiceId);
  const subscriptions = (invoice?.subscriptionIds ?? []).flatMap((id) => site.subscriptions.get(id)?.uuid ?? []);
  const { decline } = transaction;
  return group('transaction', [
    text('id', transaction.uuid),
    text('invoice_id', invoice?.uuid ?? null),
    text('invoice_number_prefix', invoice?.prefix ?? ''),
    integer('invoice_number', invoice?.number ?? 0),
    text('subscription_id', subscriptions[0] ?? null),
    list('subscription_ids', subscriptions.map((uuid) => text('subscription_id', uuid))),
    text('action', transaction.type === 'refund' ? 'credit' : 'purchase'),
    datetime('date', transaction.createdAt),
    text('gateway', transaction.billingInfo?.gateway.type ?? null),
    text('payment_method', transaction.externalMethod ?? 'credit_card'),
    cents('amount', transaction.amount, transaction.currency, switches),
    text('status', statusXml(transaction, switches)),
    text('message', decline?.merchantMessage ?? 'Successful test transaction'),
    text('gateway_error_codes', decline?.gatewayCode ?? null),
    text('failure_type', decline?.statusCode ?? null),
    text('reference', transaction.gatewayReference),
    text('source', 'subscription'),
    { name: 'cvv_result', content: '', attributes: { code: '' } },
    { name: 'avs_result', content: '', attributes: { code: '' } },
    text('avs_result_street', null),
    text('avs_result_postal', null),
    boolean('test', site.mode !== 'production'),
    boolean('voidable', transaction.status === 'success'),
    boolean('refundable', transaction.status === 'success' && transaction.type === 'purchase'),
  ]);
};

const invoiceXml = (invoice: Invoice, site: FakeSite, switches: Switches): Element => {
  const uuids = invoice.subscriptionIds.flatMap((id) => site.subscriptions.get(id)?.uuid ?? []);
  const money = (name: string, minor: number): Element => cents(name, minor, invoice.currency, switches);
  return group('invoice', [
    text('uuid', invoice.uuid),
    list('subscription_ids', uuids.map((uuid) => text('subscription_id', uuid))),
    text('state', invoice.state),
    text('origin', invoice.origin),
    text('invoice_number_prefix', invoice.prefix),
    integer('invoice_number', invoice.number),
    text('po_number', invoice.poNumber),
    text('vat_number', null),
    money('balance', balanceOf(invoice)),
    money('total', invoice.total),
    money('tax', 0),
    money('subtotal', invoice.total),
    money('subtotal_before_discount', invoice.total),
    money('discount', 0),
    text('currency', invoice.currency),
    text('customer_notes', invoice.customerNotes),
    datetime('created_at', invoice.createdAt),
    datetime('updated_at', invoice.updatedAt),
    datetime('closed_at', invoice.closedAt),
    integer('net_terms', 0),
    text('collection_method', invoice.collectionMethod),
    text('terms_and_conditions', invoice.termsAndConditions),
    datetime('due_on', invoice.dueAt),
    integer('dunning_events_count', invoice.dunningEventsSent),
    boolean('final_dunning_event', invoice.finalDunningEvent),
  ]);
};

const subscriptionXml = (subscription: Subscription, switches: Switches): Element => group('subscription', [
  group('plan', [text('plan_code', subscription.planCode), text('name', subscription.planName)]),
  text('uuid', subscription.uuid),
  text('state', subscription.state),
  integer('quantity', 1),
  cents('total_amount', subscription.unitAmount, subscription.currency, switches),
  datetime('activated_at', subscription.activatedAt),
  datetime('canceled_at', subscription.canceledAt),
  datetime('expires_at', subscription.expiresAt),
  datetime('current_period_started_at', subscription.periodStartedAt),
  datetime('current_period_ends_at', subscription.periodEndsAt),
  datetime('trial_started_at', null),
  datetime('trial_ends_at', null),
  text('collection_method', subscription.collectionMethod),
]);

/** A dunning event brings invoice, subscription and the last transaction: fact('notification.xml_dunning') */
const dunningXml = (invoice: Invoice, site: FakeSite, switches: Switches): readonly Element[] => {
  const subscription = subscriptionOf(site, invoice);
  const last = transactionsOf(site, invoice.id).at(-1);
  return [
    invoiceXml(invoice, site, switches),
    ...(subscription === null ? [] : [subscriptionXml(subscription, switches)]),
    ...(last === undefined ? [] : [transactionXml(last, site, switches)]),
  ];
};

const partsOf = (happening: Happening, site: FakeSite, switches: Switches): { readonly accountId: string; readonly resources: readonly Element[] } => {
  switch (happening.object) {
    case 'payment': return { accountId: happening.transaction.accountId, resources: [transactionXml(happening.transaction, site, switches)] };
    case 'charge_invoice':
    case 'credit_invoice': return { accountId: happening.invoice.accountId, resources: [invoiceXml(happening.invoice, site, switches)] };
    case 'dunning_event': return { accountId: happening.invoice.accountId, resources: dunningXml(happening.invoice, site, switches) };
    case 'subscription': return { accountId: happening.subscription.accountId, resources: [subscriptionXml(happening.subscription, switches)] };
    case 'account':
    case 'billing_info': return { accountId: happening.account.id, resources: [] };
  }
};

/** A notification as an XML endpoint gets it; it has no id of its own: fact('notification.xml_no_id') */
export const notificationXml = (happening: Happening, site: FakeSite, switches: Switches): string => {
  const { accountId, resources } = partsOf(happening, site, switches);
  return documentOf({ name: rootOf(happening), content: [accountXml(site.accounts.get(accountId)), ...resources] }, switches.xmlEmpty);
};
