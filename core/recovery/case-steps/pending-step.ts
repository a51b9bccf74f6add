import type { CaseDocument, Signal, SignalEvent } from '../../cases/index.js';
import type { InvoiceState } from '../../connector-kit/index.js';
import { cancelEffect, paidEffect } from './close-step.js';
import type { Effect, Knowledge, Tools } from './effects.js';
import { acted, later, unlessOpen, unread } from './heard.js';

const hour = 3_600_000;
const day = 24 * hour;
const longest = 11 * day;

type Pending = Extract<SignalEvent, { type: 'payment_pending' }>;

/** Whether the payment the event tells of may still succeed, as far as the invoice shows. */
const mayYetSucceed = (state: InvoiceState, event: Pending): boolean => {
  if (state.payments.some((payment) => payment.state === 'in_progress')) return true;
  const shown = state.payments.some((payment) => [payment.ref, ...payment.gatewayRefs].some((ref) => event.gatewayRefs.includes(ref)));
  return !shown && !state.paymentsComplete;
};

/** A payment of the platform's is in progress: nothing is charged beside it, and the invoice is read again until it is decided: hourly for a day, then daily. */
export const pendingStep = (document: CaseDocument, signal: Signal, event: Pending, knowledge: Knowledge, tools: Tools): Effect => {
  // our own charge is asked about by itself
  if (document.status !== 'queued' || event.gatewayRefs.some((ref) => document.refs.includes(ref))) return unlessOpen(document, signal, knowledge);
  if (knowledge.invoice === undefined) return { do: 'read_invoice' };
  const now = tools.clock.hubNow();
  if (knowledge.invoice.status === 'unavailable') return unread(signal, knowledge, tools, 'the invoice');
  const { state } = knowledge.invoice;
  if (state.state === 'paid') return paidEffect(document, state, knowledge, tools, [signal.id]);
  if (state.state !== 'open') return cancelEffect(document, knowledge, tools, 'invoice_voided', [signal.id]);
  if (!mayYetSucceed(state, event)) return acted(signal, knowledge);
  const age = now.getTime() - signal.at.getTime();
  if (age > longest) {
    const after = { acted: [...knowledge.acted, signal.id] };
    return { do: 'alert', fact: 'a payment of the platform stays in progress for more than ten days: the case goes on by what its invoice says, an operator should look', after };
  }
  return later(signal, knowledge, new Date(now.getTime() + (age < day ? hour : day)));
};
