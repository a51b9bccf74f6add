import { currencyCode, exponentOf, moneyOf, PlatformError, type Money } from '../../core/connector-kit/index.js';

/**
 * Chargebee counts every currency in hundredths but those without decimals, whatever ISO 4217 says: dinars, which have three places, too.
 * Which currencies it takes for those without is documented by examples (KRW, JPY, XAF, XOF, …); all that have no minor unit are counted so,
 * but for ISK and UGX, about which systems differ, and MGA: those are refused, never guessed.
 */
const UNCERTAIN = new Set(['ISK', 'UGX', 'MGA', 'CLF']);

/** Chargebee units in one minor unit of ISO 4217, as a fraction. */
const ratioOf = (currency: string): { readonly times: number; readonly by: number } => {
  if (UNCERTAIN.has(currency)) throw new RangeError(`it is not known in which unit Chargebee counts ${currency}`);
  return exponentOf(currency) === 3 ? { times: 1, by: 10 } : { times: 1, by: 1 };
};

/** @throws PlatformError `invalid_request` if Chargebee cannot express the amount exactly; nothing is ever rounded. */
export const toChargebeeAmount = (money: Money): number => {
  const refuse = (why: string): PlatformError =>
    new PlatformError(`Chargebee cannot take ${money.minor} minor units of ${money.currency}: ${why}.`, { code: 'invalid_request', reached: 'no' });
  try {
    const { times, by } = ratioOf(money.currency);
    const amount = (money.minor * times) / by;
    if (!Number.isSafeInteger(amount)) throw new RangeError('the amount has more than two decimals');
    return amount;
  } catch (thrown) {
    throw refuse(thrown instanceof Error ? thrown.message : 'unknown currency');
  }
};

/** @throws PlatformError `unexpected_answer` if the currency or the amount cannot be told exactly. */
export const fromChargebeeAmount = (amount: number, currency: string): Money => {
  try {
    const code = currencyCode(currency);
    const { times, by } = ratioOf(code);
    return moneyOf((amount * by) / times, code);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : 'unknown currency';
    throw new PlatformError(`Chargebee gave an amount that cannot be told exactly: ${why.slice(0, 200)}`, { code: 'unexpected_answer', reached: 'yes' });
  }
};
