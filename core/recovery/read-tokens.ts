import { triedCardOf } from '../cards/index.js';
import type { CaseDocument, TriedCard } from '../cases/index.js';
import { chooseRoute } from '../gateways/index.js';
import type { CaseWorld } from './case-facts.js';
import type { Knowledge } from './case-steps/effects.js';
import type { RecoveryPorts } from './ports.js';
import { openToken, sealToken } from './sealed-token.js';

/** The card differs from one tried before in token, fingerprint or expiry. */
const differs = (now: TriedCard, tried: TriedCard): boolean => {
  if (now.fingerprintDigest !== undefined && now.fingerprintDigest === tried.fingerprintDigest) return now.expires !== tried.expires;
  return now.methodDigest !== tried.methodDigest || (now.expires !== undefined && tried.expires !== undefined && now.expires !== tried.expires);
};

/** The token a case may charge now, and the route it is charged on: the one of the direct call, or what is chosen of the platform's list. */
export const readTokens = async (document: CaseDocument, world: CaseWorld, ports: RecoveryPorts, time: { readonly deadline: Date }): Promise<NonNullable<Knowledge['tokens']>> => {
  if (!world.connector) {
    if (document.connectionId !== undefined) return { status: 'unavailable', why: 'disconnected' };
    if (!document.method) return { status: 'none', why: 'no_payment_source' };
    const token = openToken(document.method, document.clientId, ports.vault);
    return { status: 'found', change: 'same', first: { token, sealed: document.method, tried: triedCardOf(token, (text) => ports.vault.digest(text)) } };
  }
  if (!document.invoice) return { status: 'none', why: 'no_payment_source' };
  const { paymentMethods, collection } = world.connector;
  const listed = paymentMethods.mode === 'readable' ? await paymentMethods.list(document.invoice, time) : undefined;
  if (listed && !listed.ok) return { status: 'unavailable', why: listed.error.code };
  const choice = chooseRoute(listed?.value ?? 'held_by_platform', {
    gatewayMap: world.gatewayMap, gateways: world.gateways, collects: collection ? 'yes' : 'no', currency: document.opened.currency,
  });
  if (choice.route === 'none') return { status: 'none', why: choice.why };
  if (choice.token === undefined) return { status: 'held_by_platform' };
  const first = sealToken(choice.token, document.clientId, ports.vault);
  const change = document.tried.length > 0 && document.tried.every((tried) => differs(first.tried, tried)) ? 'changed' : 'same';
  const route = choice.route === 'gateway' ? world.facts.gatewayRoutes?.find((one) => one.accountId === choice.accountId) : world.facts.route;
  return { status: 'found', first, change, ...(route ? { route } : {}) };
};
