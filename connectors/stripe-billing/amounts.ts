import { PlatformError, type Money } from '../../core/connector-kit/index.js';

/**
 * Stripe's smallest unit is ISO 4217's minor unit but for these. MGA has a minor unit that Stripe leaves out (it counts ariary); UGX and
 * ISK have none, and Stripe still wants two decimals for them, which must be zero.
 */
const STRIPE_PER_MINOR: Readonly<Record<string, { readonly times: number; readonly by: number }>> = {
  MGA: { times: 1, by: 100 },
  UGX: { times: 100, by: 1 },
  ISK: { times: 100, by: 1 },
};

/** Three-decimal currencies are charged in steps of ten: the last digit must be 0. */
const STEP_OF_TEN = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** @throws PlatformError `invalid_request` if Stripe cannot express the amount exactly; nothing is ever rounded. */
export const toStripeAmount = (money: Money): { readonly amount: number; readonly currency: string } => {
  const { times, by } = STRIPE_PER_MINOR[money.currency] ?? { times: 1, by: 1 };
  const amount = (money.minor * times) / by;
  if (!Number.isSafeInteger(amount) || (STEP_OF_TEN.has(money.currency) && amount % 10 !== 0)) {
    throw new PlatformError(
      `Stripe cannot charge ${money.minor} minor units of ${money.currency}: the amount has more decimals than Stripe accepts.`,
      { code: 'invalid_request', reached: 'no' },
    );
  }
  return { amount, currency: money.currency.toLowerCase() };
};

/** @throws PlatformError `unexpected_answer` if the amount is no whole number of minor units. */
export const fromStripeAmount = (amount: number, currency: string): Money => {
  const code = currency.toUpperCase();
  const { times, by } = STRIPE_PER_MINOR[code] ?? { times: 1, by: 1 };
  const minor = (amount * by) / times;
  if (!/^[A-Z]{3}$/.test(code) || !Number.isSafeInteger(minor)) {
    throw new PlatformError(
      `Stripe gave the amount ${amount} in the currency "${code.slice(0, 10)}", which is no whole number of minor units.`,
      { code: 'unexpected_answer', reached: 'yes' },
    );
  }
  return { minor, currency: code };
};
