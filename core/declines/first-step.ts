import { isStopped, needsAuthentication } from './blocked-set.js';
import type { Classification } from './classification.js';
import type { ReasonInRules } from './reasons-in-rules.js';
import type { PlannedRetry } from './retry-advice.js';

/**
 * `block` and `step_up` end the case `blocked` without a charge; `fail` ends it `failed` without a charge; `schedule` waits for the reason's first
 * step; `charge_now` charges at once; `refresh_token` reads the token again and charges only another one; `reconcile` asks the gateway before
 * anything else; `no_case` opens none, because no card was refused.
 */
export type FirstStep = 'block' | 'step_up' | 'fail' | 'schedule' | 'charge_now' | 'refresh_token' | 'reconcile' | 'no_case';

/** Reasons that are never answered by a charge at once. */
const scheduledFirst: readonly string[] = ['insufficient_funds', 'limit_exceeded', 'call_issuer'] satisfies readonly ReasonInRules[];

const stepOf: Record<PlannedRetry, FirstStep> = {
  stop_mandate: 'block',
  never: 'fail',
  fix_merchant: 'fail',
  wait: 'schedule',
  schedule: 'charge_now',
  soon: 'charge_now',
  update_card: 'refresh_token',
  customer_action: 'refresh_token',
  refresh_token: 'refresh_token',
  reconcile: 'reconcile',
  ignore: 'no_case',
};

/**
 * What comes first for a decline (specification 5.3, first match). A stricter advice than the reason's own moves it down to the row of that advice,
 * and a network that names a moment before which no try is allowed is obeyed: such a decline is scheduled.
 */
export function firstStep(classification: Classification): FirstStep {
  if (isStopped(classification)) return 'block';
  if (needsAuthentication(classification)) return 'step_up';
  const step = stepOf[classification.retry];
  if (step !== 'charge_now') return step;
  return scheduledFirst.includes(classification.reason) || classification.notBeforeHours !== undefined ? 'schedule' : 'charge_now';
}
