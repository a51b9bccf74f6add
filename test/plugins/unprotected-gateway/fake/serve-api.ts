import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Answer, appliesFirst, delayOf, type Exchange, type FaultList, type KeyMemory, type KeyState } from '../../../../core/connector-kit/testing/index.js';
import { chargeOrder, debtIdOf, refundOrder, type ChargeOrder, type FakeAccount } from './account.js';
import { faultKinds } from './faults.js';
import type { Ledger, MoneyOrder, MoneyRequest } from './ledger.js';
import type { FakeSettings } from './settings.js';

/** What serving the API takes. */
export interface ApiParts {
  readonly apiKey: string;
  readonly account: FakeAccount;
  readonly ledger: Ledger;
  readonly faults: FaultList<never>;
  readonly keys: KeyMemory;
  readonly settings: () => FakeSettings;
}

const refusal = (status: number, code: string, message: string): Answer => ({ status, body: { error: { code, message } } });

/** A request that is understood: what it moves, if anything, and how it is executed. */
interface Prepared {
  readonly moves: MoneyOrder | null;
  run(entry: MoneyRequest | null): Answer;
}

const moving = (call: MoneyOrder['call'], order: ChargeOrder, objectRef: string | null): MoneyOrder => ({
  debtId: debtIdOf(order),
  call,
  reference: order.reference,
  objectRef,
});

const reading = (run: () => Answer): Prepared => ({ moves: null, run });

const charging = (account: FakeAccount, moves: MoneyOrder, order: ChargeOrder): Prepared => ({
  moves,
  run: (entry) => (entry === null ? refusal(500, 'fake_broken', 'A charge without an entry in the ledger.') : account.charge(order, moves.objectRef, entry)),
});

const prepared = (account: FakeAccount, { method, path, query, body }: Exchange): Prepared => {
  const json = (): unknown => JSON.parse(body === '' ? '{}' : body);
  const reference = query.get('reference') ?? '';
  const [, objectRef = '', action] = /^\/v1\/objects\/([^/]+)\/(confirm|cancel)$/.exec(path) ?? [];
  switch (`${method} ${action === undefined ? path : action}`) {
    case 'GET /v1/account':
      return reading(() => ({ status: 200, body: { account: 'unprotected' } }));
    case 'POST /v1/objects': {
      const order = chargeOrder.parse(json());
      return reading(() => account.prepare(order));
    }
    case 'POST confirm': {
      const order = account.orderOf(objectRef);
      if (order === undefined) return reading(() => refusal(404, 'no_such_object', `There is no object ${objectRef}.`));
      return charging(account, moving('objects.confirm', order, objectRef), order);
    }
    case 'POST cancel':
      return reading(() => account.cancel(objectRef));
    case 'POST /v1/charges': {
      const order = chargeOrder.parse(json());
      return charging(account, moving('charges.create', order, null), order);
    }
    case 'GET /v1/charges':
      return reading(() => account.search(reference));
    case 'POST /v1/refunds': {
      const order = refundOrder.parse(json());
      return reading(() => account.refund(order));
    }
    case 'GET /v1/refunds':
      return reading(() => account.refundsOf(reference));
    default:
      return reading(() => refusal(404, 'no_such_address', `${method} ${path} is nothing this gateway knows.`));
  }
};

const resultOf = ({ status }: Answer, known: KeyState | undefined): NonNullable<MoneyRequest['result']> => {
  if (known?.state === 'kept') return 'replayed';
  return status === 200 ? 'succeeded' : status === 402 ? 'declined' : 'refused';
};

/** Executes a request; under a key that is remembered it executes nothing and answers as before. */
const execute = (request: Prepared, entry: MoneyRequest | null, known: KeyState | undefined): Answer => {
  switch (known?.state) {
    case 'kept':
      return known.answer;
    case 'in_use':
      return refusal(409, 'key_in_use', 'The request with this key is still under way.');
    case 'other':
      return refusal(422, 'key_of_another', 'This key was used for another request.');
    case 'new':
    case undefined:
      return request.run(entry);
  }
};

/** Serves one request: proof, key, ledger, fault before, execution, fault after. */
export const serveApi = async (parts: ApiParts, exchange: Exchange): Promise<void> => {
  const { account, ledger, faults, keys, settings } = parts;
  if (exchange.headers.authorization !== `Bearer ${parts.apiKey}`) {
    exchange.answer(refusal(401, 'wrong_key', 'This API key opens nothing.'));
    return;
  }
  const key = exchange.idempotencyKey;
  let request: Prepared;
  try {
    request = prepared(account, exchange);
  } catch (error) {
    exchange.answer(refusal(422, 'unreadable', error instanceof z.ZodError ? z.prettifyError(error) : 'The body is no JSON.'));
    return;
  }
  const { switch: kept, keysKeptForMs } = settings();
  const content = `${exchange.method} ${exchange.path} ${exchange.body}`;
  const known = kept === 'key' && key !== null ? keys.take(key, content, keysKeptForMs) : undefined;
  const isFirst = known === undefined || known.state === 'new';
  const { requestId, path } = exchange;
  const entry = request.moves === null ? null : ledger.receive({ requestId, path, idempotencyKey: key, replayed: !isFirst }, request.moves);
  if (entry !== null) exchange.onEnd((ended) => ledger.end(entry, ended));

  const fault = faults.take(exchange);
  if (fault !== null && !appliesFirst(fault)) {
    if (entry !== null) ledger.decide(entry, 'not_applied');
    if (key !== null && known?.state === 'new') keys.release(key);
    faultKinds.end(exchange, fault, null);
    return;
  }
  const delayMs = delayOf(fault);
  if (delayMs > 0) await sleep(delayMs);
  const answer = execute(request, entry, known);
  if (entry !== null) ledger.decide(entry, resultOf(answer, known));
  if (key !== null && known?.state === 'new') keys.keep(key, { ...answer, requestId });
  if (fault === null) exchange.answer(answer);
  else faultKinds.end(exchange, fault, answer);
};
