import { setTimeout as sleep } from 'node:timers/promises';
import { authenticate, authorize, checkSite } from './authenticate.js';
import { ChargebeeFailure, errorBodyOf, refusal } from './chargebee-failure.js';
import { appliesFirst, endByFault } from './end-by-fault.js';
import type { Cause } from './event-log.js';
import { type Answer, type Exchange, headerOf } from './exchange.js';
import { fact } from './fact.js';
import { parseForm } from './form.js';
import { fingerprintOf } from './idempotency.js';
import type { MoneyRequest } from './ledger.js';
import type { ApiKey, FakePlatform } from './platform.js';
import type { Prepared, Route } from './route.js';
import { matchRoute } from './routes.js';

interface Executed {
  readonly answer: Answer;
  /** Whether the idempotency store keeps it. */
  readonly kept: boolean;
}

interface Order {
  readonly platform: FakePlatform;
  readonly exchange: Exchange;
  readonly id: string;
  readonly route: Route;
  readonly prepared: Prepared;
  readonly cause: Cause;
  readonly locked: Set<string>;
}

const json = { 'content-type': 'application/json;charset=utf-8' };

const answerOf = (error: unknown, { switches }: FakePlatform): Executed => {
  if (!(error instanceof ChargebeeFailure)) {
    const message = `The fake itself failed: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`;
    return { answer: { status: 500, body: errorBodyOf({ status: 500, code: 'internal_error', message }), headers: json }, kept: false };
  }
  const { status, fact: rests, executed } = error.details;
  // fact('request.retry_after')
  const wait = status === 429 && switches.retryAfterSeconds !== null ? { 'retry-after': String(switches.retryAfterSeconds) } : {};
  // fact('idempotency.keeps_refusals')
  const kept = executed === true && switches.keepsRefusals;
  return { answer: { status, body: errorBodyOf(error.details), headers: { ...json, ...wait, 'x-fake-fact': rests } }, kept };
};

const noteResult = (entry: MoneyRequest | null, { status, body }: Answer, replayed: boolean): void => {
  if (entry === null) return;
  const members = (typeof body === 'object' && body !== null ? body : {}) as {
    readonly type?: unknown; readonly api_error_code?: unknown; readonly transaction?: { readonly status?: unknown };
  };
  entry.status = status;
  entry.replayed = replayed;
  entry.code = typeof members.api_error_code === 'string' ? members.api_error_code : null;
  if (status === 200) entry.result = members.transaction?.status === 'success' ? 'succeeded' : 'pending';
  else entry.result = members.type === 'payment' ? 'declined' : 'refused';
};

/** fact('request.lock_timeout') */
const lock = async ({ platform, route, id, locked }: Order): Promise<() => void> => {
  if (!route.locks || platform.processingMs === 0) return () => undefined;
  if (locked.has(id)) {
    throw refusal({ fact: fact('request.lock_timeout'), status: 429, code: 'lock_timeout', type: 'operation_failed', message: 'The resource is locked by another request.' });
  }
  locked.add(id);
  await sleep(platform.processingMs);
  return () => void locked.delete(id);
};

const execute = async (order: Order): Promise<Executed> => {
  const { platform, id, prepared, cause } = order;
  let unlock: () => void = () => undefined;
  try {
    unlock = await lock(order);
    // what is answered is what was true then: a later change must not be in it
    return { answer: { status: 200, body: structuredClone(prepared.run(platform, { id, cause })), headers: json }, kept: true };
  } catch (error) {
    return answerOf(error, platform);
  } finally {
    unlock();
  }
};

/** Executes a request once per idempotency key and replays the answer afterwards. */
const executeOnce = async (order: Order): Promise<{ readonly answer: Answer; readonly replayed: boolean }> => {
  const { platform, exchange } = order;
  const { idempotencyKey: key } = exchange;
  if (key === null) return { answer: (await execute(order)).answer, replayed: false };
  const stored = platform.idempotency.take(key, fingerprintOf(exchange.method, exchange.path ?? '', exchange.text, exchange.request.headers));
  if (stored !== null) return { answer: { ...stored, headers: { ...json, 'chargebee-idempotency-replayed': 'true' } }, replayed: true };
  const { answer, kept } = await execute(order);
  if (kept) platform.idempotency.keep(key, { status: answer.status, body: answer.body });
  else platform.idempotency.release(key);
  return { answer, replayed: false };
};

/** fact('request.rate_limited') */
const countRequest = ({ requests, switches }: FakePlatform): void => {
  if (switches.requestsPerMinute === null) return;
  const since = Date.now() - 60_000;
  if (requests.filter(({ at }) => Date.parse(at) > since).length <= switches.requestsPerMinute) return;
  throw refusal({
    fact: fact('request.rate_limited'), status: 429, code: 'api_request_limit_exceeded', type: 'operation_failed', message: 'API request limit exceeded.',
  });
};

/** fact('idempotency.key_length') */
const checkKeyLength = (key: string | null): void => {
  if (key === null || key.length <= 100) return;
  throw refusal({ fact: fact('idempotency.key_length'), status: 400, code: 'invalid_request', message: 'The idempotency key has more than 100 characters.' });
};

const causeOf = ({ exchange }: { exchange: Exchange }, key: ApiKey): Cause => ({
  source: 'api', user: key.name, idempotencyKey: exchange.idempotencyKey, requestId: exchange.requestId,
  mute: headerOf(exchange.request.headers['chargebee-event-webhook']) === 'all-disabled' ? 'webhooks' : null,
});

const receive = (platform: FakePlatform, exchange: Exchange, prepared: Prepared, id: string): MoneyRequest | null => {
  const move = prepared.moves(platform, id);
  if (move === null) return null;
  const { requestId, path, idempotencyKey } = exchange;
  const entry = platform.ledger.receive({ ...move, requestId, call: 'invoices.collect_payment', path: path ?? '', idempotencyKey });
  exchange.openedAs(entry);
  return entry;
};

/** Serves one API request, from authentication to the fault that may strike its answer. */
export const serveApi = async (platform: FakePlatform, exchange: Exchange, locked: Set<string>): Promise<void> => {
  const { requestId, method, path, idempotencyKey } = exchange;
  platform.requests.push({ requestId, method, path: path ?? '', idempotencyKey, at: new Date().toISOString() });
  try {
    checkSite(platform, exchange.request.headers);
    const key = authenticate(platform, exchange.request.headers);
    countRequest(platform);
    const { route, id } = matchRoute(method, path);
    authorize(key, route);
    checkKeyLength(idempotencyKey);
    const prepared = route.read(parseForm(exchange.text), platform.switches);
    platform.races.noteReceived(method, path ?? '');
    const entry = receive(platform, exchange, prepared, id);
    const fault = platform.faults.take({ method, path: path ?? '', idempotencyKey });
    if (fault !== null && !appliesFirst(fault)) {
      if (entry !== null) entry.result = 'not_applied';
      endByFault(exchange, fault);
      return;
    }
    const order: Order = { platform, exchange, id, route, prepared, cause: causeOf({ exchange }, key), locked };
    const { answer, replayed } = await executeOnce(order).catch((error: unknown) => ({ answer: answerOf(error, platform).answer, replayed: false }));
    noteResult(entry, answer, replayed);
    if (fault === null) exchange.answer(answer);
    else endByFault(exchange, fault);
    platform.races.noteAnswered(method, path ?? '');
  } catch (error) {
    exchange.answer(answerOf(error, platform).answer);
  }
};
