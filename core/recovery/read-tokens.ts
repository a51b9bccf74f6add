import { triedCardOf } from '../cards/index.js';
import type { CaseDocument, TriedCard } from '../cases/index.js';
import type { CaseWorld } from './case-facts.js';
import type { Knowledge } from './case-steps/effects.js';
import type { RecoveryPorts } from './ports.js';
import { openToken, sealToken } from './sealed-token.js';

/** The card differs from one tried before in token, fingerprint or expiry. */
const differs = (now: TriedCard, tried: TriedCard): boolean => {
  if (now.fingerprintDigest !== undefined && now.fingerprintDigest === tried.fingerprintDigest) return now.expires !== tried.expires;
  return now.methodDigest !== tried.methodDigest || (now.expires !== undefined && tried.expires !== undefined && now.expires !== tried.expires);
};

/** The token a case may charge now: the one of the direct call, or what the platform names first. */
export const readTokens = async (document: CaseDocument, world: CaseWorld, ports: RecoveryPorts, time: { readonly deadline: Date }): Promise<NonNullable<Knowledge['tokens']>> => {
  if (!world.connector) {
    if (!document.method) return { status: 'none', why: 'no_payment_source' };
    const token = openToken(document.method, document.clientId, ports.vault);
    return { status: 'found', change: 'same', first: { token, sealed: document.method, tried: triedCardOf(token, (text) => ports.vault.digest(text)) } };
  }
  if (world.connector.paymentMethods.mode === 'held_by_platform') return { status: 'none', why: 'no_payment_source' };
  if (!document.invoice) return { status: 'none', why: 'no_payment_source' };
  const result = await world.connector.paymentMethods.list(document.invoice, time);
  if (!result.ok) return { status: 'unavailable', why: result.error.code };
  if (!result.value.found) return { status: 'none', why: result.value.reason };
  const first = sealToken(result.value.tokens[0], document.clientId, ports.vault);
  const change = document.tried.length > 0 && document.tried.every((tried) => differs(first.tried, tried)) ? 'changed' : 'same';
  return { status: 'found', first, change };
};
