import { OWN_ACCOUNT, type ChargeableToken, type TokenCard } from '../../core/connector-kit/index.js';
import { splitReference, systemOf, TEST_GATEWAY } from './gateway-names.js';
import type { GatewayToken, PaymentSource } from './shapes.js';
import { networkOf } from './to-decline.js';

/**
 * The names under which one payment source can be charged: at each gateway that has a token of it, and, last, by Chargebee itself, which is
 * told the source.
 *
 * @param listed what `gateway_payment_method_tokens` answered; undefined where the site does not answer it
 */
export const tokensOf = (source: PaymentSource, listed: readonly GatewayToken[] | undefined, site: string): readonly [ChargeableToken, ...ChargeableToken[]] => {
  const card = cardOf(source, site);
  const atGateways = listed?.filter((token) => token.status === 'active').map((token) => ofList(token, card)) ?? [];
  const found = atGateways.length > 0 ? atGateways : ofReference(source, card);
  const own = ownToken(source, card);
  const [first = own, ...others] = found.filter((token) => token.gatewayType !== TEST_GATEWAY);
  return first === own ? [own] : [first, ...others, own];
};

const ownToken = (source: PaymentSource, card: TokenCard): ChargeableToken => ({
  gatewayType: 'chargebee',
  gatewayAccountRef: OWN_ACCOUNT,
  methodRef: source.id,
  customerRef: source.customer_id,
  card,
});

const ofList = (token: GatewayToken, card: TokenCard): ChargeableToken => ({
  gatewayType: systemOf(token.gateway_name),
  gatewayAccountRef: token.gateway_account_id,
  methodRef: token.gateway_token,
  ...(token.gateway_customer_id ? { customerRef: token.gateway_customer_id } : {}),
  card,
});

const ofReference = (source: PaymentSource, card: TokenCard): readonly ChargeableToken[] => {
  const { reference_id: reference, gateway_account_id: account } = source;
  if (!reference || !account) return [];
  return [{ gatewayType: systemOf(source.gateway), gatewayAccountRef: account, ...splitReference(source.gateway, reference), card }];
};

/**
 * The fingerprint is the source's id: Chargebee tells none of the card, and one source may be charged under several names, which must not look
 * like several cards.
 */
const cardOf = ({ id, card, issuing_country: country }: PaymentSource, site: string): TokenCard => {
  const network = networkOf(card?.brand);
  const { expiry_month: month, expiry_year: year } = card ?? {};
  return {
    ...(network === undefined ? {} : { network }),
    ...(card?.iin && /^\d{6,8}$/.test(card.iin) ? { bin: card.iin } : {}),
    ...(card?.last4 && /^\d{4}$/.test(card.last4) ? { last4: card.last4 } : {}),
    ...(month && year ? { expires: `${String(year)}-${String(month).padStart(2, '0')}` } : {}),
    ...(country && /^[A-Z]{2}$/.test(country) ? { country } : {}),
    fingerprint: `${site}:${id}`,
  };
};
