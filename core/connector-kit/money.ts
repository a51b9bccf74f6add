import { EXPONENTS } from './currencies.js';
import type { Money } from './values.js';

/** A currency that is not an active code of ISO 4217. Nothing is guessed about it. */
export class UnknownCurrency extends Error {
  override readonly name = 'UnknownCurrency';
  readonly currency: string;

  constructor(currency: string) {
    super(`Currency ${JSON.stringify(currency.slice(0, 20))} is not known; expected an ISO 4217 code in capitals, such as "EUR".`);
    this.currency = currency;
  }
}

/** An amount that cannot be told exactly in the currency's minor units. */
export class InexactAmount extends Error {
  override readonly name = 'InexactAmount';
}

/**
 * Decimal places of a currency by ISO 4217: `EUR` 2, `JPY` 0, `KWD` 3. A platform that differs (some count UGX or ISK in hundredths) is an exception of
 * that plugin.
 *
 * @throws UnknownCurrency
 */
export const exponentOf = (currency: string): number => {
  const exponent = EXPONENTS.get(currency);
  if (exponent === undefined) throw new UnknownCurrency(currency);
  return exponent;
};

/**
 * The code in capitals, for platforms that write it otherwise: `usd` gives `USD`.
 *
 * @throws UnknownCurrency
 */
export const currencyCode = (written: string): string => {
  const code = written.toUpperCase();
  if (!EXPONENTS.has(code)) throw new UnknownCurrency(written);
  return code;
};

/**
 * Money of whole minor units, checked.
 *
 * @throws UnknownCurrency, InexactAmount
 */
export const moneyOf = (minor: number, currency: string): Money => {
  exponentOf(currency);
  if (!Number.isSafeInteger(minor)) throw new InexactAmount(`${String(minor)} is not a whole number of minor units of ${currency}.`);
  // Not minus zero: it would be written as one.
  return { minor: minor === 0 ? 0 : minor, currency };
};

/**
 * Reads a decimal text, such as `-12.50`, exactly; no floating-point arithmetic takes part. More places than the currency has are accepted if they are
 * zeros. Thousands separators, exponents and signs of currency are refused.
 *
 * @throws UnknownCurrency, InexactAmount
 */
export const parseDecimal = (text: string, currency: string): Money => {
  const exponent = exponentOf(currency);
  const parts = /^(-?)(\d{1,16})(?:\.(\d{1,16}))?$/.exec(text);
  if (parts === null) throw new InexactAmount(`${JSON.stringify(text.slice(0, 40))} is not a decimal amount such as "12.50".`);
  const [, sign = '', whole = '', fraction = ''] = parts;
  if (/[1-9]/.test(fraction.slice(exponent))) {
    throw new InexactAmount(`${JSON.stringify(text.slice(0, 40))} has more than the ${String(exponent)} decimal places of ${currency}.`);
  }
  const minor = Number(`${sign}${whole}${fraction.slice(0, exponent).padEnd(exponent, '0')}`);
  if (!Number.isSafeInteger(minor))
    throw new InexactAmount(`${JSON.stringify(text.slice(0, 40))} ${currency} is too large to be kept exactly.`);
  return moneyOf(minor, currency);
};

/**
 * Writes money as a decimal text with all places of its currency: 1250 minor units of EUR give `12.50`, of JPY `1250`.
 *
 * @throws UnknownCurrency, InexactAmount
 */
export const formatDecimal = (money: Money): string => {
  const exponent = exponentOf(money.currency);
  const { minor } = moneyOf(money.minor, money.currency);
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const sign = minor < 0 ? '-' : '';
  return exponent === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
};
