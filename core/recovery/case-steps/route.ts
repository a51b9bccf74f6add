import type { Attempt } from '../../cases/index.js';
import type { CaseFacts, Knowledge, RouteFacts } from './effects.js';

/** The route an attempt took: its own protects it, is asked about it and takes it back, whatever is chosen now. */
export const routeOf = (attempt: Pick<Attempt, 'route' | 'accountId'>, facts: CaseFacts): RouteFacts => {
  const own = attempt.route === 'gateway' ? facts.gatewayRoutes?.find((route) => route.accountId === attempt.accountId) : undefined;
  return own ?? facts.route;
};

/** The route of the next attempt: chosen with its token, else as the last one went. */
export const chosenRoute = (attempts: readonly Attempt[], { facts, tokens }: Pick<Knowledge, 'facts' | 'tokens'>): RouteFacts => {
  if (tokens?.status === 'found' && tokens.route) return tokens.route;
  const last = attempts.at(-1);
  return tokens === undefined && last ? routeOf(last, facts) : facts.route;
};
