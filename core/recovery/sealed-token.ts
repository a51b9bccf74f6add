import { z } from 'zod';
import { cardKeyOf, triedCardOf } from '../cards/index.js';
import type { SealedToken } from '../cases/index.js';
import type { Vault } from '../clients/index.js';
import type { ChargeableToken } from '../connector-kit/index.js';
import type { TokenInHand } from './case-steps/effects.js';

const stored = z.object({
  gatewayType: z.string(),
  gatewayAccountRef: z.string(),
  methodRef: z.string(),
  customerRef: z.string().optional(),
  card: z.object({
    network: z.string(), bin: z.string(), last4: z.string(), fingerprint: z.string(), expires: z.string(), country: z.string(),
  }).partial().optional(),
});

const contextOf = (clientId: string) => `token/${clientId}`;

/** A token in hand, with the form in which it may rest. */
export const sealToken = (token: ChargeableToken, clientId: string, vault: Vault): TokenInHand => ({
  token,
  sealed: {
    sealed: vault.seal(JSON.stringify(token), contextOf(clientId)),
    gatewayType: token.gatewayType,
    last4: token.methodRef.slice(-4),
    cardKey: cardKeyOf(token, (text) => vault.digest(text)),
    ...(token.card?.network === undefined ? {} : { network: token.card.network }),
  },
  tried: triedCardOf(token, (text) => vault.digest(text)),
});

/** The token that was sealed. @throws VaultError when it does not open */
export const openToken = (sealed: SealedToken, clientId: string, vault: Vault): ChargeableToken =>
  stored.parse(JSON.parse(vault.open(sealed.sealed, contextOf(clientId)))) as ChargeableToken;
