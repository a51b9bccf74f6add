import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Exchange } from './exchange.js';
import type { FakeParts } from './fake-parts.js';
import { appliesFirst, delayOf, type FaultAction, type FaultKinds } from './faults.js';
import type { KeptAnswer } from './key-memory.js';
import type { MoneyLedger, MoneyRequest, Moving } from './money-ledger.js';

/** What a request sets out to do. */
export interface Begun<Move extends Moving> {
  /** The debt it wants to move money for; null when it moves none. */
  readonly move: Move | null;
  /** What nobody else may work on while it is under way for the platform's processing time, '' for nothing; null: it is served at once. */
  readonly locks: string | null;
}

/** A request the platform has understood. */
export interface Admitted<Move extends Moving> {
  /** What must be equal for an idempotency key to mean the same request. */
  readonly fingerprint: string;
  /** Looked up when everything that comes before this request has happened. */
  begin(): Begun<Move>;
  /** Executes it; throws the platform's refusals. */
  run(): Answer;
}

/** An answer that was executed, and whether it is kept under the request's idempotency key. */
export interface Executed {
  readonly answer: Answer;
  readonly kept: boolean;
}

/** How a platform remembers idempotency keys. */
export interface KeyRules {
  /** Hub time from its first use after which a key is new again. */
  keptForMs(): number;
  /** The refusal of a key whose request is under way. */
  inUse(key: string): Error;
  /** The refusal of a key that was used for another request. */
  otherRequest(key: string): Error;
  /** A kept answer, as it is given again. */
  replayed(kept: KeptAnswer): Answer;
  /** What a request with a key is answered the first time; default: the answer as it is. */
  first?(answer: Answer, exchange: Exchange): Answer;
}

/** What is a platform's own in serving its API. */
export interface ApiRules<Move extends Moving, Result extends string> {
  /** Proof, address, parameters, in the order in which the platform looks at them; throws its refusals. */
  admit(exchange: Exchange): Admitted<Move>;
  /** The answer to what `admit` or `run` threw: a refusal, or a fault of the fake itself, which is a 500 and not kept. */
  refused(error: unknown): Executed;
  /** The refusal of a request for an object that another is working on. */
  locked(): Error;
  readonly keys: KeyRules;
  /** What a request to move money came to, by its answer. */
  outcome(answer: Answer): { readonly result: Result; readonly code: string | null };
}

/** What serving an API works on. */
export interface ApiParts<Move extends Moving, Result extends string, Own extends string>
  extends Pick<FakeParts<object, Own>, 'faults' | 'keyMemory' | 'processingMs' | 'races'> {
  readonly ledger: Pick<MoneyLedger<Move, Result, never>, 'receive' | 'end'>;
}

interface Order<Move extends Moving> {
  readonly exchange: Exchange;
  readonly admitted: Admitted<Move>;
  readonly locks: string | null;
}

/** The text of what the fake itself did wrong, for the body of a 500. */
export const ownFault = (error: unknown): string => `The fake itself failed: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`;

/**
 * Serves the requests to a platform's API, from proof to the fault that may strike the answer: executes once per idempotency key and replays the answer
 * afterwards, holds locks while a request is under way, and writes every request to move money into the ledger.
 */
export const createApi = <Move extends Moving, Result extends string, Own extends string>(
  rules: ApiRules<Move, Result>,
  faultKinds: FaultKinds<Own>,
  parts: ApiParts<Move, Result, Own>,
): ((exchange: Exchange) => Promise<void>) => {
  const { keys } = rules;
  const { keyMemory, ledger, faults, races } = parts;
  const locked = new Set<string>();

  const lock = async ({ locks: object }: Order<Move>): Promise<() => void> => {
    if (object === null || parts.processingMs === 0) return () => undefined;
    if (locked.has(object)) throw rules.locked();
    if (object !== '') locked.add(object);
    await sleep(parts.processingMs);
    return () => void locked.delete(object);
  };

  const execute = async (order: Order<Move>): Promise<Executed> => {
    let unlock: () => void = () => undefined;
    try {
      unlock = await lock(order);
      return { answer: order.admitted.run(), kept: true };
    } catch (error) {
      return rules.refused(error);
    } finally {
      unlock();
    }
  };

  const take = (key: string, fingerprint: string): KeptAnswer | null => {
    const known = keyMemory.take(key, fingerprint, keys.keptForMs());
    switch (known.state) {
      case 'kept': return known.answer;
      case 'in_use': throw keys.inUse(key);
      case 'other': throw keys.otherRequest(key);
      case 'new': return null;
    }
  };

  const executeOnce = async (order: Order<Move>): Promise<{ readonly answer: Answer; readonly replayed: boolean }> => {
    const { exchange, admitted } = order;
    const { idempotencyKey: key, requestId } = exchange;
    if (key === null) return { answer: (await execute(order)).answer, replayed: false };
    const known = take(key, admitted.fingerprint);
    if (known !== null) return { answer: keys.replayed(known), replayed: true };
    const { answer, kept } = await execute(order);
    if (kept) keyMemory.keep(key, { status: answer.status, body: answer.body, requestId });
    else keyMemory.release(key);
    return { answer: keys.first?.(answer, exchange) ?? answer, replayed: false };
  };

  const keepFaultAnswer = ({ exchange, admitted }: Order<Move>, action: FaultAction<Own>): void => {
    const { idempotencyKey: key, requestId } = exchange;
    if (key === null || typeof action !== 'object' || !('status' in action) || action.keptUnderKey !== true) return;
    if (take(key, admitted.fingerprint) === null) keyMemory.keep(key, { status: action.status, body: action.body, requestId });
  };

  const receive = (exchange: Exchange, move: Move | null): MoneyRequest<Move, Result> | null => {
    if (move === null) return null;
    const { requestId, path, idempotencyKey } = exchange;
    const entry = ledger.receive({ requestId, path, idempotencyKey }, move);
    exchange.onEnd((ended) => ledger.end(entry, ended));
    return entry;
  };

  const serve = async (exchange: Exchange): Promise<void> => {
    const admitted = rules.admit(exchange);
    races.noteReceived(exchange);
    const { move, locks } = admitted.begin();
    const entry = receive(exchange, move);
    const order: Order<Move> = { exchange, admitted, locks };
    const fault = faults.take(exchange);
    if (fault !== null && !appliesFirst(fault)) {
      if (entry !== null) entry.result = 'not_applied';
      keepFaultAnswer(order, fault);
      faultKinds.end(exchange, fault, null);
      return;
    }
    const delayMs = delayOf(fault);
    if (delayMs > 0) await sleep(delayMs);
    const { answer, replayed } = await executeOnce(order).catch((error: unknown) => ({ answer: rules.refused(error).answer, replayed: false }));
    if (entry !== null) Object.assign(entry, { status: answer.status, replayed, ...rules.outcome(answer) });
    if (fault === null) exchange.answer(answer);
    else faultKinds.end(exchange, fault, answer);
    races.noteAnswered(exchange);
  };

  return async (exchange) => {
    try {
      await serve(exchange);
    } catch (error) {
      exchange.answer(rules.refused(error).answer);
    }
  };
};
