import type { Minor } from './resources.js';

/** fact('money.zero_decimals') */
const ZERO_DECIMALS: ReadonlySet<string> =
  new Set(['BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF']);

const digitsOf = (currency: string): number => (ZERO_DECIMALS.has(currency) ? 0 : 2);

export const hasNoDecimals = (currency: string): boolean => digitsOf(currency) === 0;

/** Major units as the API writes them, a JSON number: fact('money.decimals') */
export const decimalOf = (minor: Minor, currency: string): number => {
  const digits = digitsOf(currency);
  return Number((minor / 10 ** digits).toFixed(digits));
};

/** Minor units of a decimal; null for one with more digits than the currency has. */
export const minorOf = (decimal: number, currency: string): Minor | null => {
  const [whole = '', fraction = ''] = String(decimal).split('.');
  const digits = digitsOf(currency);
  if (!/^\d+$/.test(whole) || !/^\d*$/.test(fraction) || fraction.length > digits) return null;
  return Number(`${whole}${fraction.padEnd(digits, '0')}`);
};
