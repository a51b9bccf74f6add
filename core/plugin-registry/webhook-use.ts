import type { Connection, VerifiedDelivery, Webhook, WebhookDelivery } from '../connector-kit/index.js';
import * as answers from './answer-shapes.js';
import type { CallResult, Verification, WebhookUse } from './call-types.js';
import { forbidden } from './plugin-io/index.js';
import type { CallSpec } from './guarded-call.js';

/** Runs a guarded call of the account in hand. */
export type Run = <T>(spec: CallSpec, time: { readonly deadline: Date }, body: () => T | Promise<T>) => Promise<CallResult<T>>;

/** Which deliveries were proved, and for which connection. Kept by identity, so that nothing a plugin or sender says can forge it. */
export interface ProvenDeliveries {
  mint(delivery: WebhookDelivery, account: string): VerifiedDelivery;
  isProven(delivery: WebhookDelivery, account: string): boolean;
}

/** The only place where the brand of {@link VerifiedDelivery} is given. */
export const createProvenDeliveries = (): ProvenDeliveries => {
  const accounts = new WeakMap<WebhookDelivery, string>();
  return {
    mint: (delivery, account) => {
      const proven = Object.freeze({ ...delivery }) as VerifiedDelivery;
      accounts.set(proven, account);
      return proven;
    },
    isProven: (delivery, account) => accounts.get(delivery) === account,
  };
};

/** Guards the webhook part of a connector or gateway. */
export const webhookUse = (
  webhook: Webhook<unknown>,
  connection: Connection<unknown>,
  account: string,
  proven: ProvenDeliveries,
  run: Run,
): WebhookUse => ({
  verify: async (delivery, time): Promise<CallResult<Verification>> => {
    const answer = await run({ method: 'webhook.verify', kind: 'offline', shape: answers.verdict }, time, () =>
      webhook.verify(delivery, connection),
    );
    if (!answer.ok) return answer;
    const verdict = answer.value;
    return {
      ok: true,
      value: verdict.genuine === true ? Object.freeze({ ...verdict, delivery: proven.mint(delivery, account) }) : verdict,
    };
  },
  provenBefore: (delivery) => proven.mint(delivery, account),
  parse: async (delivery, time) => {
    if (!proven.isProven(delivery, account))
      return { ok: false, error: forbidden(`${account} webhook.parse: the delivery was not proved by verify for this connection.`) };
    return run({ method: 'webhook.parse', kind: 'offline', shape: answers.found }, time, () => webhook.parse(delivery, connection));
  },
});
