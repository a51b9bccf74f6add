import type Stripe from 'stripe';
import { nextResult } from '../../../core/connector-kit/testing/index.js';
import { debtIdOf } from './account.js';
import { approvedOutcome, newCharge } from './card-objects.js';
import { type ChargeResult, type Decline, declineOf } from './declines.js';
import type { Cause } from './event-log.js';
import type { FakePlatform } from './platform.js';
import { refOf } from './ref.js';

export type ChargeOutcome =
  | { readonly outcome: 'succeeded'; readonly charge: Stripe.Charge }
  | { readonly outcome: 'declined'; readonly decline: Decline; readonly charge: Stripe.Charge; readonly paymentMethod: Stripe.PaymentMethod }
  | { readonly outcome: 'requires_action' };

export interface ChargeOrder {
  readonly intent: Stripe.PaymentIntent;
  readonly paymentMethod: Stripe.PaymentMethod;
  readonly offSession: boolean;
  readonly cause: Cause;
  /** Set by the world control: the result whatever the card says. */
  readonly forced?: ChargeResult;
}

/** Puts one charge of a PaymentIntent on the (fake) wire and writes what comes of it. fact('intent.one_success') is kept by the callers. */
export const chargeIntent = (platform: FakePlatform, { intent, paymentMethod, offSession, cause, forced }: ChargeOrder): ChargeOutcome => {
  const card = platform.account.cards.get(paymentMethod.id);
  if (card === undefined) throw new Error(`fake: payment method ${paymentMethod.id} has no card behaviour`);
  const result = forced ?? nextResult(card) ?? 'success';
  // fact('intent.step_up_on_session')
  if (result === 'authentication_required' && !offSession) return askCustomer(platform, intent, paymentMethod, cause);
  const decline = result === 'success' ? null : declineOf(result);
  const charge = newCharge({
    id: platform.mintId('ch'),
    amount: intent.amount,
    currency: intent.currency,
    customer: refOf(intent.customer),
    paymentIntent: intent.id,
    paymentMethod: paymentMethod.id,
    face: card.face,
    description: intent.description,
    created: platform.clock.hubSeconds(),
    livemode: platform.account.livemode,
    failure: decline,
    outcome: decline?.outcome ?? approvedOutcome(),
  });
  platform.account.charges.set(charge.id, charge);
  intent.latest_charge = charge.id;
  return decline === null ? succeed(platform, intent, charge, cause) : fail(platform, { intent, charge, decline, paymentMethod, cause });
};

const askCustomer = (
  platform: FakePlatform,
  intent: Stripe.PaymentIntent,
  paymentMethod: Stripe.PaymentMethod,
  cause: Cause,
): ChargeOutcome => {
  intent.status = 'requires_action';
  intent.payment_method = paymentMethod.id;
  intent.next_action = {
    redirect_to_url: { return_url: null, url: `https://hooks.stripe.com/3d_secure_2/hosted?payment_intent=${intent.id}` },
    type: 'redirect_to_url',
  };
  platform.events.emit('payment_intent.requires_action', intent, cause);
  return { outcome: 'requires_action' };
};

const succeed = (platform: FakePlatform, intent: Stripe.PaymentIntent, charge: Stripe.Charge, cause: Cause): ChargeOutcome => {
  intent.status = 'succeeded';
  intent.amount_received = intent.amount;
  intent.payment_method = refOf(charge.payment_method);
  intent.last_payment_error = null;
  intent.next_action = null;
  platform.ledger.success(debtIdOf(platform.account, intent), {
    by: cause.by,
    idempotencyKey: cause.idempotencyKey,
    requestId: cause.requestId,
    paymentIntent: intent.id,
    charge: charge.id,
    amount: intent.amount,
    currency: intent.currency,
  });
  platform.events.emit('charge.succeeded', charge, cause);
  platform.events.emit('payment_intent.succeeded', intent, cause);
  return { outcome: 'succeeded', charge };
};

interface FailedCharge {
  readonly intent: Stripe.PaymentIntent;
  readonly charge: Stripe.Charge;
  readonly decline: Decline;
  readonly paymentMethod: Stripe.PaymentMethod;
  readonly cause: Cause;
}

/** fact('intent.after_decline') */
const fail = (platform: FakePlatform, { intent, charge, decline, paymentMethod, cause }: FailedCharge): ChargeOutcome => {
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.next_action = null;
  intent.last_payment_error = {
    ...(decline.adviceCode === null ? {} : { advice_code: decline.adviceCode }),
    charge: charge.id,
    code: decline.code,
    decline_code: decline.declineCode,
    doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
    message: decline.message,
    ...(decline.networkDeclineCode === null ? {} : { network_decline_code: decline.networkDeclineCode }),
    payment_method: structuredClone(paymentMethod),
    type: 'card_error',
  };
  platform.events.emit('charge.failed', charge, cause);
  platform.events.emit('payment_intent.payment_failed', intent, cause);
  return { outcome: 'declined', decline, charge, paymentMethod };
};
