import { z } from 'zod';
import { defineFaults, type Fault as FaultOf, type FaultAction as ActionOf } from '../../../../core/connector-kit/testing/index.js';

const written = z.strictObject({
  status: z.int().min(200).max(599),
  body: z.unknown().default({ error: { code: 'fault', message: 'A fault answers.' } }),
  applied: z.enum(['before', 'never']).default('never'),
});

/** What an injected fault does to a request. `delayMs` is wall time: the request is applied that much later, also when its caller has gone. */
export const faultAction = z.union([
  z.enum(['drop_reply_after_applying', 'hang_after_applying', 'close_before_applying', 'hang']),
  written,
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

/** It answers nothing by name. */
export const faultKinds = defineFaults<never>({});

const actionOf = (action: FaultAction): ActionOf<never> =>
  typeof action === 'object' && 'status' in action ? { status: action.status, body: action.body, afterApplying: action.applied === 'before' } : action;

/** A fault as the gateway is told it, in the terms of the harness. */
export const readFault = (order: unknown): FaultOf<never> => {
  const { match: request, action, times } = faultSchema.parse(order);
  return { match: { request }, action: actionOf(action), times };
};
