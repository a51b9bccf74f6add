import { z } from 'zod';
import type { RawDecline } from '../../core/connector-kit/index.js';
import { systemOf } from './gateway-names.js';
import type { Transaction } from './shapes.js';

const details = z.object({ card: z.object({ brand: z.string().max(40).nullish() }).nullish() });

/** Card network by `payment_method_details`, which is JSON inside a string. */
export const networkOf = (brand: string | null | undefined): string | undefined => {
  const known = brand?.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (!known || known === 'other' || known === 'notapplicable') return undefined;
  return known === 'americanexpress' ? 'amex' : known;
};

const brandOf = ({ payment_method_details: text }: Transaction): string | undefined => {
  if (!text) return undefined;
  try {
    const parsed = details.safeParse(JSON.parse(text));
    return networkOf(parsed.data?.card?.brand);
  } catch {
    return undefined;
  }
};

/**
 * The untranslated decline of a failed transaction. Codes are the gateway's, so gateway and code go together: "2000" is one thing at Braintree
 * and another elsewhere. Chargebee's general `error_code` counts only where the gateway's own words are missing.
 */
export const toDecline = (transaction: Transaction): RawDecline => {
  const detail = transaction.error_detail;
  const network = brandOf(transaction);
  const networkCode = detail?.network_error_code;
  const code = detail?.decline_code || detail?.processor_error_code || detail?.error_code || transaction.error_code || networkCode || 'unknown';
  const text = detail?.decline_message || detail?.error_message || transaction.error_text;
  return {
    system: systemOf(transaction.gateway),
    code,
    ...(text ? { text: text.slice(0, 300) } : {}),
    ...(network === undefined ? {} : { network }),
    ...(networkCode ? { networkCode } : {}),
    ...adviceOf(transaction, network),
    reachedNetwork: networkCode ? true : 'unknown',
  };
};

/** A merchant advice code means something at Mastercard only; a recommendation is the gateway's. */
const adviceOf = ({ gateway, error_detail: detail }: Transaction, network: string | undefined): Pick<RawDecline, 'adviceSystem' | 'adviceCode'> => {
  if (detail?.processor_advice_code && network === 'mastercard') return { adviceSystem: 'mastercard_mac', adviceCode: detail.processor_advice_code };
  if (detail?.recommendation_code && gateway === 'stripe') return { adviceSystem: 'stripe_advice', adviceCode: detail.recommendation_code };
  return {};
};

/** A decline of which only Chargebee's own code is known. */
export const declineByCode = (code: string): RawDecline => ({ system: 'chargebee', code, reachedNetwork: 'unknown' });
