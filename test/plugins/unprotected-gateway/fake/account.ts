import { z } from 'zod';
import { type Answer, type FakeClock, nextResult, type Script } from '../../../../core/connector-kit/testing/index.js';
import type { Ledger, MoneyRequest } from './ledger.js';
import type { FakeSettings } from './settings.js';

/** What a charge is asked with. */
export const chargeOrder = z.strictObject({
  amount: z.int().min(1),
  currency: z.string().regex(/^[A-Z]{3}$/),
  method: z.string().min(1),
  reference: z.string().min(1),
  description: z.string().optional(),
});

export type ChargeOrder = z.output<typeof chargeOrder>;

export const refundOrder = z.strictObject({ charge: z.string().min(1), amount: z.int().min(1), reference: z.string().min(1) });

/** A charge that was tried. */
export interface Charge {
  readonly id: string;
  readonly object: string | null;
  readonly reference: string;
  readonly status: 'succeeded' | 'declined';
  readonly code: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly appliedAt: Date;
}

/** What a method does when it is charged: success, success over a smaller amount, or a decline with this code. The last one stays. */
export const methodResult = z.union([z.string().min(1), z.strictObject({ approve: z.int().min(1) })]);

interface PaymentObject {
  readonly id: string;
  readonly order: ChargeOrder;
  state: 'prepared' | 'succeeded' | 'canceled';
}

interface Refund {
  readonly id: string;
  readonly charge: string;
  readonly amount: number;
  readonly reference: string;
}

/** The account behind the fake's API: objects, charges, refunds, and what the switch makes of them. */
export interface FakeAccount {
  method(id: string, results: readonly z.output<typeof methodResult>[]): void;
  prepare(order: ChargeOrder): Answer;
  orderOf(objectRef: string): ChargeOrder | undefined;
  charge(order: ChargeOrder, objectRef: string | null, request: MoneyRequest): Answer;
  cancel(objectRef: string): Answer;
  search(reference: string): Answer;
  refund(order: z.output<typeof refundOrder>): Answer;
  refundsOf(reference: string): Answer;
}

/** One card behind one amount: paying it twice is taking the money twice. */
export const debtIdOf = ({ method, amount, currency }: ChargeOrder): string => `${method}/${String(amount)}/${currency}`;

const refusal = (status: number, code: string, message: string, more: object = {}): Answer => ({ status, body: { error: { code, message }, ...more } });

const shown = ({ id, object, reference, status, code, amount, currency }: Charge) => ({ id, object, reference, status, code, amount, currency });

export const createAccount = (parts: { readonly clock: FakeClock; readonly ledger: Ledger; readonly settings: () => FakeSettings }): FakeAccount => {
  const { clock, ledger, settings } = parts;
  const objects = new Map<string, PaymentObject>();
  const methods = new Map<string, Script<z.output<typeof methodResult>>>();
  const charges: Charge[] = [];
  const refunds: Refund[] = [];
  let counter = 0;
  const mint = (prefix: string): string => {
    counter += 1;
    return `${prefix}_${String(counter)}`;
  };
  const objectsAreSingleUse = () => settings().switch === 'single_use_object';

  const resultOf = (method: string) => {
    const script = methods.get(method);
    return (script === undefined ? undefined : nextResult(script)) ?? 'success';
  };

  const tryCard = (order: ChargeOrder, object: string | null, request: MoneyRequest): Charge => {
    const result = resultOf(order.method);
    const declined = typeof result === 'string' && result !== 'success';
    const charge: Charge = {
      id: mint('uc'),
      object,
      reference: order.reference,
      status: declined ? 'declined' : 'succeeded',
      code: declined ? result : null,
      amount: typeof result === 'object' ? result.approve : order.amount,
      currency: order.currency,
      appliedAt: clock.hubNow(),
    };
    charges.push(charge);
    const { requestId, reference } = request;
    if (!declined) {
      ledger.success(request.debtId, { requestId, reference, chargeRef: charge.id, objectRef: object, amount: charge.amount, currency: charge.currency });
    }
    return charge;
  };

  const chargeOf = (objectRef: string): Charge | undefined => charges.find(({ object, status }) => object === objectRef && status === 'succeeded');
  const noObject = (objectRef: string) => refusal(404, 'no_such_object', `There is no object ${objectRef}.`);
  const alreadySucceeded = (found: Charge) => refusal(409, 'object_succeeded', 'This object has succeeded before.', { charge: shown(found) });

  return {
    method: (id, results) => void methods.set(id, { results, used: 0 }),
    prepare: (order) => {
      const object: PaymentObject = { id: mint('uo'), order, state: 'prepared' };
      objects.set(object.id, object);
      return { status: 200, body: { id: object.id, state: object.state } };
    },
    orderOf: (objectRef) => objects.get(objectRef)?.order,
    charge: (order, objectRef, request) => {
      const object = objectRef === null ? undefined : objects.get(objectRef);
      if (objectRef !== null && object === undefined) return noObject(objectRef);
      if (object !== undefined && objectsAreSingleUse()) {
        const earlier = chargeOf(object.id);
        if (earlier !== undefined) return alreadySucceeded(earlier);
        if (object.state === 'canceled') return refusal(409, 'object_canceled', 'This object has been canceled; nothing was charged.');
      }
      const charge = tryCard(order, objectRef, request);
      if (charge.status === 'declined') return refusal(402, charge.code ?? 'declined', 'The card was declined.', { charge: shown(charge) });
      if (object !== undefined) object.state = 'succeeded';
      return { status: 200, body: shown(charge) };
    },
    cancel: (objectRef) => {
      const object = objects.get(objectRef);
      if (object === undefined) return noObject(objectRef);
      const done: Answer = { status: 200, body: { id: objectRef, state: 'canceled' } };
      if (!objectsAreSingleUse()) return done;
      const earlier = chargeOf(objectRef);
      if (earlier !== undefined) return alreadySucceeded(earlier);
      object.state = 'canceled';
      ledger.fence(objectRef);
      return done;
    },
    search: (reference) => {
      const { lagMs } = settings();
      const now = clock.hubNow().getTime();
      const visible = charges.filter((charge) => charge.reference === reference && lagMs !== 'never' && now - charge.appliedAt.getTime() >= lagMs);
      return { status: 200, body: { data: visible.map(shown) } };
    },
    refund: (order) => {
      const charge = charges.find(({ id, status }) => id === order.charge && status === 'succeeded');
      if (charge === undefined) return refusal(404, 'no_such_charge', `There is no successful charge ${order.charge}.`);
      const left = charge.amount - refunds.filter((one) => one.charge === charge.id).reduce((sum, one) => sum + one.amount, 0);
      if (order.amount > left) return refusal(422, 'too_much', `Only ${String(left)} of this charge can be refunded.`);
      const refund: Refund = { id: mint('ur'), ...order };
      refunds.push(refund);
      ledger.refund({ reference: order.reference, chargeRef: order.charge, amount: order.amount });
      return { status: 200, body: refund };
    },
    refundsOf: (reference) => ({ status: 200, body: { data: refunds.filter((refund) => refund.reference === reference) } }),
  };
};
