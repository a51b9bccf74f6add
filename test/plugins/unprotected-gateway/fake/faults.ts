import { z } from 'zod';

/** What an injected fault does to a request. `delayMs` is wall time: the request is applied that much later, also when its caller has gone. */
export const faultAction = z.union([
  z.enum(['drop_reply_after_applying', 'hang_after_applying', 'close_before_applying', 'hang']),
  z.strictObject({
    status: z.int().min(200).max(599),
    body: z.unknown().default({ error: { code: 'fault', message: 'A fault answers.' } }),
    applied: z.enum(['before', 'never']).default('never'),
  }),
  z.strictObject({ delayMs: z.int().min(1) }),
]);

export const faultSchema = z.strictObject({
  /** A regular expression over method and path: `POST /v1/charges`. */
  match: z.string(),
  action: faultAction,
  times: z.union([z.int().min(1), z.literal('always')]).default(1),
});

export type FaultAction = z.output<typeof faultAction>;
export type Fault = z.input<typeof faultSchema>;

/** The faults to come. */
export interface FaultList {
  inject(fault: Fault): void;
  clear(): void;
  /** The action for a request, counted. */
  take(method: string, path: string): FaultAction | null;
}

export const createFaultList = (): FaultList => {
  let armed: { readonly fault: z.output<typeof faultSchema>; readonly match: RegExp; struck: number }[] = [];
  return {
    inject: (input) => {
      const fault = faultSchema.parse(input);
      armed.push({ fault, match: new RegExp(fault.match), struck: 0 });
    },
    clear: () => {
      armed = [];
    },
    take: (method, path) => {
      const found = armed.find(({ fault, match, struck }) => (fault.times === 'always' || struck < fault.times) && match.test(`${method} ${path}`));
      if (found === undefined) return null;
      found.struck += 1;
      return found.fault.action;
    },
  };
};

/** Whether the request is executed before the fault strikes its answer. */
export const appliesFirst = (action: FaultAction | null): boolean => {
  if (action === null) return true;
  if (typeof action === 'string') return action === 'drop_reply_after_applying' || action === 'hang_after_applying';
  return 'delayMs' in action || action.applied === 'before';
};
