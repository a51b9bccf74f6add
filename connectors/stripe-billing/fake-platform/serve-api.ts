import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiKey } from './api-keys.js';
import { authenticate, authorize } from './authenticate.js';
import type { Answer, Exchange } from './exchange.js';
import { expanded } from './expand.js';
import { fact } from './fact.js';
import { appliesFirst, endByFault } from './end-by-fault.js';
import type { FaultAction } from './faults.js';
import { type Form, parseForm } from './form.js';
import { fingerprintOf } from './idempotency.js';
import type { MoneyRequest } from './ledger.js';
import type { FakePlatform } from './platform.js';
import type { MoneyMove, Prepared } from './route.js';
import { matchRoute } from './routes.js';
import { invalidRequest, StripeFailure } from './stripe-failure.js';

interface Executed {
  readonly answer: Answer;
  /** Whether the idempotency store keeps it. */
  readonly kept: boolean;
}

const answerOf = (error: unknown, platform: FakePlatform): Executed => {
  if (!(error instanceof StripeFailure)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : 'unknown';
    return {
      answer: { status: 500, body: { error: { type: 'api_error', message: `The fake itself failed: ${message}` } }, headers: {} },
      kept: false,
    };
  }
  const { status, error: body, fact: rests, executed } = error.details;
  // fact('idempotency.state_refusals')
  const kept = executed && (status === 402 || platform.switches.keepsStateRefusals);
  return { answer: { status, body: { error: body }, headers: { 'x-fake-fact': rests } }, kept };
};

const noteResult = (entry: MoneyRequest | null, { status, body }: Answer, replayed: boolean): void => {
  if (entry === null) return;
  const members = (typeof body === 'object' && body !== null ? body : {}) as { readonly status?: unknown; readonly error?: { readonly code?: unknown } };
  const code = typeof members.error?.code === 'string' ? members.error.code : null;
  entry.status = status;
  entry.replayed = replayed;
  entry.code = code;
  if (status === 402) entry.result = code === 'invoice_payment_intent_requires_action' ? 'requires_action' : 'declined';
  else if (status !== 200) entry.result = 'refused';
  else entry.result = members.status === 'paid' || members.status === 'succeeded' ? 'succeeded' : 'requires_action';
};

const expandOf = (form: Form): string[] => {
  const { expand } = form;
  return Array.isArray(expand) ? expand.filter((path) => typeof path === 'string') : [];
};

const checkKeyLength = (key: string | null): void => {
  if (key === null || key.length <= 255) return;
  throw invalidRequest({
    fact: fact('idempotency.key_length'),
    type: 'idempotency_error',
    message: `Keys for idempotent requests must be at most 255 characters, this one has ${key.length}.`,
  });
};

interface Order {
  readonly platform: FakePlatform;
  readonly exchange: Exchange;
  readonly key: ApiKey;
  readonly id: string;
  readonly form: Form;
  readonly prepared: Prepared;
  readonly move: MoneyMove | null;
  readonly locked: Set<string>;
}

/** fact('request.lock_timeout') */
const lock = async ({ platform, move, locked }: Order): Promise<() => void> => {
  if (move === null || platform.processingMs === 0) return () => undefined;
  if (locked.has(move.locks)) {
    throw invalidRequest({
      fact: fact('request.lock_timeout'), status: 429, code: 'lock_timeout',
      message: 'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, make your requests serially or at a lower rate.',
    });
  }
  if (move.locks !== '') locked.add(move.locks);
  await sleep(platform.processingMs);
  return () => void locked.delete(move.locks);
};

const execute = async (order: Order): Promise<Executed> => {
  const { platform, exchange, key, id, form, prepared } = order;
  const cause = { requestId: exchange.requestId, idempotencyKey: exchange.idempotencyKey, by: 'request' } as const;
  let unlock: () => void = () => undefined;
  try {
    unlock = await lock(order);
    const body = expanded(platform.account, prepared.run(platform, { id, cause, key }), expandOf(form));
    return { answer: { status: 200, body, headers: {} }, kept: true };
  } catch (error) {
    return answerOf(error, platform);
  } finally {
    unlock();
  }
};

/** Executes a request once per idempotency key and replays the answer afterwards. */
const executeOnce = async (order: Order): Promise<{ readonly answer: Answer; readonly replayed: boolean }> => {
  const { platform, exchange, form } = order;
  const { idempotencyKey, requestId } = exchange;
  if (idempotencyKey === null) return { answer: (await execute(order)).answer, replayed: false };
  const stored = platform.idempotency.take(idempotencyKey, fingerprintOf(exchange.method, exchange.path, form));
  if (stored !== null) {
    const headers = { 'idempotent-replayed': 'true', 'original-request': stored.requestId, 'stripe-should-retry': 'false' };
    return { answer: { status: stored.status, body: stored.body, headers }, replayed: true };
  }
  const { answer, kept } = await execute(order);
  if (kept) platform.idempotency.keep(idempotencyKey, { status: answer.status, body: answer.body, requestId });
  else platform.idempotency.release(idempotencyKey);
  return {
    answer: { ...answer, headers: { ...answer.headers, 'original-request': requestId, 'stripe-should-retry': 'false' } },
    replayed: false,
  };
};

/** fact('idempotency.keeps_500'): a 500 of Stripe itself is kept like any executed answer. */
const keepFaultAnswer = ({ platform, exchange, form }: Order, action: FaultAction): void => {
  const { idempotencyKey: key, requestId } = exchange;
  if (key === null || typeof action !== 'object' || action.keptUnderKey !== true) return;
  if (platform.idempotency.take(key, fingerprintOf(exchange.method, exchange.path, form)) !== null) return;
  platform.idempotency.keep(key, { status: action.status, body: action.body, requestId });
};

/** Serves one API request, from authentication to the fault that may strike its answer. */
export const serveApi = async (platform: FakePlatform, exchange: Exchange, locked: Set<string>): Promise<void> => {
  try {
    const key = authenticate(platform, exchange.request.headers);
    const { route, id } = matchRoute(exchange.method, exchange.path);
    authorize(platform, key, route);
    checkKeyLength(exchange.idempotencyKey);
    const form = parseForm(exchange.text);
    const prepared = route.read(form);
    platform.races.noteReceived(exchange.method, exchange.path);
    const move = prepared.moves(platform, id);
    const entry = move === null ? null : receive(platform, exchange, move);
    const fault = platform.faults.take(exchange);
    const order: Order = { platform, exchange, key, id, form, prepared, move, locked };
    if (fault !== null && !appliesFirst(fault)) {
      if (entry !== null) entry.result = 'not_applied';
      keepFaultAnswer(order, fault);
      endByFault(exchange, fault);
      return;
    }
    const { answer, replayed } = await executeOnce(order).catch((error: unknown) => ({
      answer: answerOf(error, platform).answer,
      replayed: false,
    }));
    noteResult(entry, answer, replayed);
    if (fault === null) exchange.answer(answer);
    else endByFault(exchange, fault);
    platform.races.noteAnswered(exchange.method, exchange.path, exchange.query);
  } catch (error) {
    exchange.answer(answerOf(error, platform).answer);
  }
};

const receive = (platform: FakePlatform, exchange: Exchange, { call, debtId, paymentMethod }: MoneyMove): MoneyRequest => {
  const { requestId, path, idempotencyKey } = exchange;
  const entry = platform.ledger.receive({ requestId, debtId, call, path, idempotencyKey, paymentMethod });
  exchange.openedAs(entry);
  return entry;
};
