import type { ChargeOutcome } from '../connector-kit/index.js';
import { reachedBy, writesUnder, type PluginCall } from './plugin-io/index.js';

type Unsure = Extract<ChargeOutcome, { status: 'unknown' }>;

const unsure = (cause: string): Unsure => Object.freeze({ status: 'unknown', cause, gatewayRefs: Object.freeze([]) });

/** A plugin may say `not_sent` only if nothing that moves money is out without an answer. */
export const judgeOutcome = <T extends { readonly status: string } | ChargeOutcome>(outcome: T, call: PluginCall): T | Unsure =>
  outcome.status === 'not_sent' && reachedBy(call) === 'unknown'
    ? unsure(`${call.name} answered not_sent, but a request had left and its answer is missing`)
    : outcome;

/** A collection may say `already_paid` only if exactly one request went out under its key, in this call and before it. */
export const judgeCollection = <T extends { readonly status: string }>(
  outcome: T,
  call: PluginCall,
  key: string,
  writesBefore: number,
): T | Unsure => {
  if (outcome.status !== 'already_paid') return judgeOutcome(outcome, call);
  const writes = writesBefore + writesUnder(call, key);
  return writes === 1
    ? outcome
    : unsure(`${call.name} answered already_paid, but ${String(writes)} requests had gone out under this key, so the payment may be ours`);
};
