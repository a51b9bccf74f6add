import { z } from 'zod';

/** What an injected fault does to a matching request. */
export const faultActionSchema = z.union([
  z.enum([
    'drop_reply_after_applying', 'close_before_applying', 'hang', 'hang_after_applying', 'stall_body', 'stall_body_after_applying',
    'rubbish_200', 'rubbish_200_after_applying', 'html_200', 'html_200_after_applying', 'empty_200', 'empty_200_after_applying',
    'truncated_200', 'truncated_200_after_applying', 'error_inside_200', 'html_502', 'html_502_after_applying',
    '503', '503_after_applying', 'read_only_503', '429',
  ]),
  z.strictObject({
    status: z.int().min(200).max(599),
    body: z.unknown(),
    afterApplying: z.boolean().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
]);

export const faultSchema = z.strictObject({
  match: z.strictObject({
    method: z.enum(['GET', 'POST']).optional(),
    /** A regular expression over the path, or its source. */
    path: z.union([z.string(), z.instanceof(RegExp)]).optional(),
    /** Only requests whose path names this invoice. */
    invoice: z.string().optional(),
    /** From the first match on, only requests with that request's idempotency key. */
    bindToFirstKey: z.boolean().optional(),
  }),
  action: faultActionSchema,
  times: z.union([z.int().min(1), z.literal('always')]).default(1),
});

export type FaultAction = z.output<typeof faultActionSchema>;
export type Fault = z.input<typeof faultSchema>;

export interface Matchable {
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | null;
}

export interface FaultList {
  /** Returns the fault's id. */
  inject(fault: Fault): string;
  clear(faultId?: string): void;
  /** The action for a request, counted. */
  take(request: Matchable): FaultAction | null;
  /** How often each fault has struck. */
  struck(): readonly { readonly faultId: string; readonly times: number }[];
}

interface Armed {
  readonly faultId: string;
  readonly path: RegExp;
  readonly fault: z.output<typeof faultSchema>;
  boundKey: string | null;
  struck: number;
}

const matches = ({ fault, path, boundKey, struck }: Armed, request: Matchable): boolean => {
  const { match, times } = fault;
  if (times !== 'always' && struck >= times) return false;
  if (match.method !== undefined && match.method !== request.method) return false;
  if (match.invoice !== undefined && !request.path.includes(`/invoices/${match.invoice}`)) return false;
  if (match.bindToFirstKey === true && boundKey !== null && boundKey !== request.idempotencyKey) return false;
  return path.test(request.path);
};

export const createFaultList = (): FaultList => {
  let armed: Armed[] = [];
  let counter = 0;
  return {
    inject: (input) => {
      const fault = faultSchema.parse(input);
      counter += 1;
      const faultId = `fault-${counter}`;
      armed.push({ faultId, fault, path: new RegExp(fault.match.path ?? ''), boundKey: null, struck: 0 });
      return faultId;
    },
    clear: (faultId) => {
      armed = faultId === undefined ? [] : armed.filter((candidate) => candidate.faultId !== faultId);
    },
    take: (request) => {
      const found = armed.find((candidate) => matches(candidate, request));
      if (found === undefined) return null;
      found.struck += 1;
      found.boundKey ??= request.idempotencyKey;
      return found.fault.action;
    },
    struck: () => armed.map(({ faultId, struck: times }) => ({ faultId, times })),
  };
};
