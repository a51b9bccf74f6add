import type { RecoveryEngine, Rule } from '../engine.js';
import { blockedSet } from './blocked-set.js';
import { cardToRefresh } from './card-to-refresh.js';
import { changedCard } from './changed-card.js';
import { firstCharge } from './first-charge.js';
import { manualRetry } from './manual-retry.js';
import { never } from './never.js';
import { retryLater } from './retry-later.js';
import { reconcileFirst } from './reconcile-first.js';
import { scheduled } from './scheduled.js';
import { technicalRetry } from './technical-retry.js';
import { unreachable } from './unreachable.js';

/** The rules in precedence order: a later one can only make the plan stricter or later. */
export const standardRules: readonly Rule[] = [
  unreachable,
  changedCard,
  blockedSet,
  never,
  reconcileFirst,
  cardToRefresh,
  manualRetry,
  retryLater,
  firstCharge,
  technicalRetry,
  scheduled,
];

/** The engine the hub ships with: blocked set, payday window, day steps, technical retries, prompt retry on a changed card. */
export const standardEngine: RecoveryEngine = {
  name: 'standard',
  decide: (snapshot, now) => {
    for (const rule of standardRules) {
      const decision = rule(snapshot, now);
      if (decision) return decision;
    }
    throw new Error('No rule decided: the last rule must always decide');
  },
};
