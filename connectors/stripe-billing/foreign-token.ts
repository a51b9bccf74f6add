import type { ChargeableToken } from '../../core/connector-kit/index.js';
import type { ConnectorConfig } from './config.js';

type Metadata = Readonly<Record<string, string>>;

/**
 * The names under which a merchant writes another gateway's token into Stripe's metadata. Stripe gives its own payment methods of type
 * `custom` no place for one.
 */
const NAMES = {
  gatewayType: 'recovery_hub_gateway',
  gatewayAccountRef: 'recovery_hub_account',
  method: 'recovery_hub_method',
  customer: 'recovery_hub_customer',
} as const;

/** What is known of the card, if the merchant writes that too; what does not look like it is left out. */
const CARD_FACTS = {
  network: /^[a-z_]{2,30}$/,
  bin: /^\d{6,8}$/,
  last4: /^\d{4}$/,
  fingerprint: /^\S{4,200}$/,
  expires: /^\d{4}-(0[1-9]|1[0-2])$/,
  country: /^[A-Z]{2}$/,
} as const;

/**
 * The token of another gateway that stands in the metadata of a custom payment method or of a customer.
 *
 * @param customType the type of the custom payment method (`cpmt_…`): the account, where the metadata name none
 * @returns undefined if no token stands there
 */
export const toForeignToken = (
  metadata: Metadata | null | undefined,
  customType: string | undefined,
  { foreignTokens }: Pick<ConnectorConfig, 'foreignTokens'>,
): ChargeableToken | undefined => {
  if (!metadata) return undefined;
  const gatewayType = metadata[NAMES.gatewayType] || foreignTokens?.gatewayType;
  const methodRef = metadata[NAMES.method] || (foreignTokens && metadata[foreignTokens.method]);
  if (!gatewayType || !methodRef) return undefined;
  const customerRef = metadata[NAMES.customer] || (foreignTokens?.customer && metadata[foreignTokens.customer]);
  const card = cardFacts(metadata);
  return {
    gatewayType,
    gatewayAccountRef: metadata[NAMES.gatewayAccountRef] || foreignTokens?.gatewayAccountRef || customType || gatewayType,
    methodRef,
    ...(customerRef ? { customerRef } : {}),
    ...(Object.keys(card).length === 0 ? {} : { card }),
  };
};

const cardFacts = (metadata: Metadata): NonNullable<ChargeableToken['card']> =>
  Object.fromEntries(
    Object.entries(CARD_FACTS).flatMap(([fact, form]) => {
      const written = metadata[`recovery_hub_${fact}`];
      return written !== undefined && form.test(written) ? [[fact, written]] : [];
    }),
  );

/** For people: what to write where a custom payment method has no token. */
export const whereTokensStand = `metadata ${NAMES.gatewayType} and ${NAMES.method} on the custom payment method or on the customer (or the names given in the option foreignTokens)`;
