import { z } from 'zod';
import type { Answer, Exchange } from './exchange.js';

/** What every fake can do to a request, whatever its platform: end its socket, or send headers and never the body. */
const SOCKET_FAULTS = {
  close_before_applying: 'drop',
  drop_reply_after_applying: 'drop',
  hang: 'hang',
  hang_after_applying: 'hang',
  stall_body: 'stall',
  stall_body_after_applying: 'stall',
} as const;

/**
 * An answer a test writes itself, without the request being executed or after it. `keptUnderKey`: the platform keeps it like an answer of its own, for a
 * request that brought an idempotency key.
 */
const writtenAnswer = z.strictObject({
  status: z.int().min(200).max(599),
  body: z.unknown(),
  headers: z.record(z.string(), z.string()).optional(),
  afterApplying: z.boolean().optional(),
  keptUnderKey: z.boolean().optional(),
});

/** The request is applied that many wall milliseconds later, also when its caller has gone. */
const delay = z.strictObject({ delayMs: z.int().min(1) });

const pattern = z.union([z.string(), z.instanceof(RegExp)]);

const match = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
  /** A regular expression over the path, or its source. */
  path: pattern.optional(),
  /** A regular expression over method and path, as in `^POST /charges$`, or its source. */
  request: pattern.optional(),
  /** Only requests whose path names this invoice. */
  invoice: z.string().optional(),
  /** From the first match on, only requests with that request's idempotency key. */
  bindToFirstKey: z.boolean().optional(),
});

const times = z.union([z.int().min(1), z.literal('always')]).default(1);

/** What an injected fault does to a matching request. `Own`: the answers a fake gives by name; each also strikes after the request was executed. */
export type FaultAction<Own extends string> =
  | keyof typeof SOCKET_FAULTS | Own | `${Own}_after_applying` | z.output<typeof writtenAnswer> | z.output<typeof delay>;

/** A fault as it is injected. `times`: how many requests it strikes; default 1. */
export interface Fault<Own extends string> {
  readonly match: z.input<typeof match>;
  readonly action: FaultAction<Own>;
  readonly times?: number | 'always' | undefined;
}

/** A request as faults look at it. */
export type Matchable = Pick<Exchange, 'method' | 'path' | 'idempotencyKey'>;

/** How often a fault has struck. */
export interface Struck {
  readonly faultId: string;
  readonly times: number;
}

/** The faults to come. */
export interface FaultList<Own extends string> {
  /** @returns The fault's id. @throws z.ZodError for what is no fault. */
  inject(fault: Fault<Own>): string;
  /** Disarms one fault, or all. */
  clear(faultId?: string): void;
  /** The action for a request, counted; null where none strikes. */
  take(request: Matchable): FaultAction<Own> | null;
  struck(): readonly Struck[];
}

/** The faults a fake knows. */
export interface FaultKinds<Own extends string> {
  readonly schema: z.ZodType<Fault<Own>, Fault<Own>>;
  createList(): FaultList<Own>;
  /** Ends a request that a fault struck. One that was only delayed ends with its own answer. */
  end(exchange: Exchange, action: FaultAction<Own>, own: Answer | null): void;
}

interface Armed<Own extends string> {
  readonly faultId: string;
  readonly fault: Fault<Own>;
  readonly path: RegExp;
  readonly request: RegExp;
  boundKey: string | null;
  struck: number;
}

const strikes = <Own extends string>({ fault, path, request, boundKey, struck }: Armed<Own>, candidate: Matchable): boolean => {
  if (fault.times !== 'always' && struck >= (fault.times ?? 1)) return false;
  const { method, invoice, bindToFirstKey } = fault.match;
  if (method !== undefined && method !== candidate.method) return false;
  if (invoice !== undefined && !candidate.path.includes(`/invoices/${invoice}`)) return false;
  if (bindToFirstKey === true && boundKey !== null && boundKey !== candidate.idempotencyKey) return false;
  return path.test(candidate.path) && request.test(`${candidate.method} ${candidate.path}`);
};

const createList = <Own extends string>(schema: z.ZodType<Fault<Own>>): FaultList<Own> => {
  let armed: Armed<Own>[] = [];
  let counter = 0;
  return {
    inject: (input) => {
      const fault = schema.parse(input);
      counter += 1;
      const faultId = `fault-${counter}`;
      const { path, request } = fault.match;
      armed.push({ faultId, fault, path: new RegExp(path ?? ''), request: new RegExp(request ?? ''), boundKey: null, struck: 0 });
      return faultId;
    },
    clear: (faultId) => {
      armed = faultId === undefined ? [] : armed.filter((candidate) => candidate.faultId !== faultId);
    },
    take: (request) => {
      const found = armed.find((candidate) => strikes(candidate, request));
      if (found === undefined) return null;
      found.struck += 1;
      found.boundKey ??= request.idempotencyKey;
      return found.fault.action;
    },
    struck: () => armed.map(({ faultId, struck }) => ({ faultId, times: struck })),
  };
};

/** Whether the request is executed before the fault strikes its answer. */
export const appliesFirst = (action: FaultAction<string>): boolean => {
  if (typeof action === 'string') return action.endsWith('_after_applying');
  return 'delayMs' in action || action.afterApplying === true;
};

/** Whether the fault only makes the request late, and by how many wall milliseconds. */
export const delayOf = (action: FaultAction<string> | null): number =>
  typeof action === 'object' && action !== null && 'delayMs' in action ? action.delayMs : 0;

/** @param answers - What the platform's faults answer, by name: `rubbish_200` is also `rubbish_200_after_applying`, where the request was executed first. */
export const defineFaults = <Own extends string>(answers: Readonly<Record<Own, Answer>>): FaultKinds<Own> => {
  const later = Object.entries<Answer>(answers).map(([name, answer]) => [`${name}_after_applying`, answer] as const);
  const named: Readonly<Record<string, Answer | 'drop' | 'hang' | 'stall'>> = { ...SOCKET_FAULTS, ...answers, ...Object.fromEntries(later) };
  const action = z.union([z.enum(Object.keys(named)), writtenAnswer, delay]);
  // what zod reads by the keys of an object, TypeScript cannot follow
  const schema = z.strictObject({ match, action, times }) as unknown as FaultKinds<Own>['schema'];
  return {
    schema,
    createList: () => createList(schema),
    end: (exchange, struck, own) => {
      if (typeof struck === 'object' && 'delayMs' in struck) {
        if (own !== null) exchange.answer(own);
        return;
      }
      const ending = typeof struck === 'object' ? struck : named[struck];
      if (ending === 'drop') exchange.drop();
      else if (ending === 'stall') exchange.stall();
      else if (ending !== 'hang' && ending !== undefined) exchange.answer(ending);
    },
  };
};
