import { OWN_ACCOUNT, type ChargeableToken, type TokenList } from '../connector-kit/index.js';
import type { GatewayUse } from '../plugin-registry/index.js';

/** What a route is chosen from. */
export interface RouteFacts {
  /** The platform's ids of gateway accounts, each with ours. */
  readonly gatewayMap: Readonly<Record<string, string>>;
  /** Our accounts that are mapped, by id. */
  readonly gateways: ReadonlyMap<string, Pick<GatewayUse, 'accepts' | 'currencies'>>;
  /** Whether the platform collects when it is asked to. */
  readonly collects: 'yes' | 'no';
  readonly currency: string;
}

/** How a debt is charged next, and on which token; `none` says why it cannot be. */
export type RouteChoice =
  | { readonly route: 'gateway'; readonly accountId: string; readonly token: ChargeableToken }
  | { readonly route: 'platform'; readonly token: ChargeableToken | undefined }
  | { readonly route: 'none'; readonly why: string };

/**
 * Chooses the route of one recovery attempt (specification 9.5): the first token that a mapped gateway accepts is charged there; where platform and gateway
 * are one account, or nothing is chargeable by us, the platform collects.
 */
export const chooseRoute = (methods: TokenList | 'held_by_platform', facts: RouteFacts): RouteChoice => {
  const platform = (token: ChargeableToken | undefined, why: string): RouteChoice => (facts.collects === 'yes' ? { route: 'platform', token } : { route: 'none', why });
  if (methods === 'held_by_platform') return platform(undefined, 'no_payment_source');
  if (!methods.found) return methods.reason === 'unsupported_gateway' ? platform(undefined, methods.reason) : { route: 'none', why: methods.reason };
  for (const token of methods.tokens) {
    if (token.gatewayAccountRef === OWN_ACCOUNT && facts.collects === 'yes') return { route: 'platform', token };
    const accountId = mappedTo(token, facts);
    if (accountId !== undefined) return { route: 'gateway', accountId, token };
  }
  return platform(methods.tokens[0], 'unsupported_gateway');
};

const mappedTo = (token: ChargeableToken, { gatewayMap, gateways, currency }: RouteFacts): string | undefined => {
  const accountId = Object.hasOwn(gatewayMap, token.gatewayAccountRef) ? gatewayMap[token.gatewayAccountRef] : undefined;
  const gateway = accountId === undefined ? undefined : gateways.get(accountId);
  if (!gateway?.accepts(token)) return undefined;
  const currencies = gateway.currencies();
  return currencies === 'any' || currencies.includes(currency) ? accountId : undefined;
};
