import type { ChargeableToken } from '../connector-kit/index.js';

/**
 * The card in the ledger: a keyed digest of the fingerprint, else of the token itself.
 * @param digest the vault's keyed hash, so that nothing chargeable rests in a key
 */
export const cardKeyOf = (token: ChargeableToken, digest: (text: string) => string): string =>
  token.card?.fingerprint === undefined
    ? digest(`token/${token.gatewayType}/${token.methodRef}`)
    : digest(`card/${token.gatewayType}/${token.card.fingerprint}`);

/** What a later token is compared with to say that the card has changed. */
export const triedCardOf = (token: ChargeableToken, digest: (text: string) => string): { methodDigest: string; fingerprintDigest?: string; expires?: string } => ({
  methodDigest: digest(`token/${token.gatewayType}/${token.methodRef}`),
  ...(token.card?.fingerprint === undefined ? {} : { fingerprintDigest: digest(`card/${token.gatewayType}/${token.card.fingerprint}`) }),
  ...(token.card?.expires === undefined ? {} : { expires: token.card.expires }),
});
