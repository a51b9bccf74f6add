import type { ChargeableToken, ConnectorDefinition, InvoiceState, Money, PaymentToRecord, PlatformPayment, PluginIo, SettlementResult } from '../../core/connector-kit/index.js';
import { sampleBilling, type SampleBillingConfig } from './connector.js';

/** A debt on the sample platform, whose methods lie at gateways of other people's. */
export interface SampleInvoice {
  readonly ref: string;
  readonly due: Money;
  readonly tokens: ChargeableToken[];
  state: 'open' | 'paid' | 'voided';
  /** Whether the platform itself tries again. `held`: not while somebody else has asked for it; `stopped`: never again. */
  retries: 'on' | 'held' | 'stopped';
  readonly payments: PlatformPayment[];
}

/** What it was told, in its order. */
export interface SampleCall { readonly call: 'take_over' | 'hand_back' | 'record' | 'reverse'; readonly ref: string; readonly what: string; readonly at: Date }

/** A platform that lives in this process: bills, retries by itself, and is told of payments made elsewhere. */
export interface SamplePlatform {
  readonly calls: readonly SampleCall[];
  bill(ref: string, due: Money, ...tokens: readonly ChargeableToken[]): SampleInvoice;
  invoice(ref: string): SampleInvoice;
  readonly connector: ConnectorDefinition<SampleBillingConfig, PluginIo>;
}

/** A method at a gateway account of the merchant's. */
export const foreignToken = (gatewayAccountRef: string, methodRef: string, gatewayType = 'test'): ChargeableToken => ({ gatewayType, gatewayAccountRef, methodRef });

export const samplePlatform = (): SamplePlatform => {
  const invoices = new Map<string, SampleInvoice>();
  const calls: SampleCall[] = [];
  const invoice = (ref: string): SampleInvoice => {
    const found = invoices.get(ref);
    if (!found) throw new Error(`The sample platform has no invoice ${ref}`);
    return found;
  };
  const told = (call: SampleCall['call'], ref: string, what: string) => { calls.push({ call, ref, what, at: new Date() }); };

  const read = ({ state, due, payments }: SampleInvoice): InvoiceState =>
    ({ state, due: state === 'open' ? due : { ...due, minor: 0 }, payments: [...payments], paymentsComplete: true });

  const record = (payment: PaymentToRecord): SettlementResult => {
    const found = invoice(payment.invoice.ref);
    const ours = found.payments.find((one) => one.ourReference === payment.once.ourReference);
    if (ours) return { status: 'already_recorded', platformPaymentRef: ours.ref };
    const [other] = found.payments.filter((one) => one.state === 'succeeded');
    if (other) return { status: 'paid_by_other', payment: other };
    if (found.state !== 'open') return { status: 'refused', reason: 'invoice_voided', detail: `The invoice is ${found.state}.` };
    if (payment.amount.minor !== found.due.minor) return { status: 'refused', reason: 'amount_mismatch', detail: 'The invoice is over another amount.' };
    const ref = `pay_${String(found.payments.length + 1)}_${found.ref}`;
    found.payments.push({ ref, gatewayRefs: [...payment.gatewayRefs], ourReference: payment.once.ourReference, state: 'succeeded', amount: payment.amount, at: payment.chargedAt });
    found.state = 'paid';
    return { status: 'recorded', platformPaymentRef: ref };
  };

  return {
    calls,
    invoice,
    bill: (ref, due, ...tokens) => {
      const made: SampleInvoice = { ref, due, tokens: [...tokens], state: 'open', retries: 'on', payments: [] };
      invoices.set(ref, made);
      return made;
    },
    connector: sampleBilling({
      mode: () => 'test',
      invoices: { read: async ({ ref }) => read(invoice(ref)) },
      paymentMethods: {
        mode: 'readable',
        list: async ({ ref }) => {
          const [first, ...others] = invoice(ref).tokens;
          return first ? { found: true, tokens: [first, ...others] } : { found: false, reason: 'no_payment_source', detail: 'The customer has no payment method.' };
        },
      },
      dunning: {
        mode: 'controllable', neededFor: 'gateway',
        takeOver: async ({ ref }, until) => {
          const found = invoice(ref);
          if (found.state !== 'open' || found.retries === 'stopped') return { status: 'not_possible', reason: 'nothing is retried' };
          told('take_over', ref, until.toISOString());
          found.retries = 'held';
          return { status: 'taken' };
        },
        handBack: async ({ ref }, ending) => {
          const found = invoice(ref);
          told('hand_back', ref, `${ending.outcome}:${String(ending.startDunning)}`);
          if (found.state !== 'open') return 'nothing_to_do';
          found.retries = ending.startDunning ? 'on' : 'stopped';
          return 'handed_back';
        },
      },
      settlement: {
        mode: 'recorded',
        record: async (payment) => {
          const result = record(payment);
          told('record', payment.invoice.ref, result.status);
          return result;
        },
        reverse: async (payment, why) => {
          const found = invoice(payment.invoice.ref);
          told('reverse', payment.invoice.ref, why);
          const at = found.payments.findIndex((one) => one.ourReference === payment.once.ourReference);
          if (at < 0) return { status: 'already_recorded' };
          found.payments.splice(at, 1);
          found.state = 'open';
          return { status: 'recorded' };
        },
      },
    }),
  };
};
