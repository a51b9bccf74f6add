import type { DirectCall } from './scenario.js';
import type { ScriptParts } from './script-parts.js';

const mostTries = 8;
const againMs = 2000;

/** The merchant's programme: it repeats what was cut, under the same key, as merchants do. */
export interface Merchant {
  execute(call: DirectCall): Promise<void>;
  cancel(idempotencyKey: string): Promise<void>;
}

/** A merchant in front of the hubs of a world. */
export const createMerchant = ({ hubs, apiKey, trace }: Pick<ScriptParts, 'hubs' | 'apiKey' | 'trace'>): Merchant => {
  const post = async (path: string, body: object): Promise<number | 'cut'> => {
    try {
      const headers = { 'x-api-key': apiKey, 'content-type': 'application/json', connection: 'close' };
      const answer = await fetch(`${hubs.front()}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      await answer.arrayBuffer();
      return answer.status;
    } catch { return 'cut'; }
  };
  const untilAnswered = async (what: string, path: string, body: object): Promise<void> => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const status = await post(path, body);
      trace.note(`${what}: ${String(status)}`);
      if (status !== 'cut' && status < 500) return;
      await new Promise((resolve) => { setTimeout(resolve, againMs); });
    }
  };
  return {
    execute: (call) => untilAnswered(`the call ${call.idempotencyKey} is answered`, '/api/recovery/execute', {
      paymentMethodToken: call.card, amount: call.amount, currency: 'EUR', idempotencyKey: call.idempotencyKey,
      ...(call.declineCode === undefined ? {} : { originalDeclineCode: call.declineCode }),
    }),
    cancel: (idempotencyKey) => untilAnswered(`the cancelling of ${idempotencyKey} is answered`, '/api/recovery/cancel', { idempotencyKey }),
  };
};
