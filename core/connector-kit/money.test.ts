import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { currencyCode, exponentOf, formatDecimal, InexactAmount, moneyOf, parseDecimal, UnknownCurrency } from './index.js';

const currency = fc.constantFrom('EUR', 'USD', 'JPY', 'KRW', 'KWD', 'BHD', 'CLF', 'HUF');
const minor = fc.maxSafeInteger();

describe('exponents', () => {
  test.each([
    ['JPY', 0],
    ['KRW', 0],
    ['UGX', 0],
    ['ISK', 0],
    ['USD', 2],
    ['EUR', 2],
    ['HUF', 2],
    ['KWD', 3],
    ['TND', 3],
    ['CLF', 4],
  ])('%s has %i decimal places', (code, exponent) => {
    expect(exponentOf(code)).toBe(exponent);
  });

  test('a currency that is not known is refused by name, also in small letters', () => {
    expect(() => exponentOf('XYZ')).toThrow(new UnknownCurrency('XYZ'));
    expect(() => exponentOf('XYZ')).toThrow('Currency "XYZ" is not known; expected an ISO 4217 code in capitals, such as "EUR".');
    expect(() => parseDecimal('1.00', 'eur')).toThrow('Currency "eur" is not known');
    expect(() => formatDecimal({ minor: 1, currency: '' })).toThrow(UnknownCurrency);
    expect(() => moneyOf(1, '__proto__')).toThrow(UnknownCurrency);
  });

  test('a code in small letters is brought into capitals, or refused as it was written', () => {
    expect(currencyCode('usd')).toBe('USD');
    expect(() => currencyCode('us dollar')).toThrow('Currency "us dollar" is not known');
  });
});

describe('decimal texts', () => {
  test.each([
    ['12.50', 'EUR', 1250],
    ['12.5', 'EUR', 1250],
    ['12', 'EUR', 1200],
    ['0.07', 'EUR', 7],
    ['-0.07', 'USD', -7],
    ['12.5000', 'EUR', 1250],
    ['1250', 'JPY', 1250],
    ['1250.00', 'JPY', 1250],
    ['1.234', 'KWD', 1234],
    ['0', 'EUR', 0],
    ['-0.00', 'EUR', 0],
    ['0.29', 'EUR', 29],
    ['1.005', 'KWD', 1005],
    ['90071992547409.91', 'EUR', Number.MAX_SAFE_INTEGER],
  ])('%s %s are %i minor units', (text, code, expected) => {
    expect(parseDecimal(text, code)).toStrictEqual({ minor: expected, currency: code });
  });

  test.each([
    ['12.505', 'EUR'],
    ['1.5', 'JPY'],
    ['1.2345', 'KWD'],
    ['1,234.50', 'EUR'],
    ['12,50', 'EUR'],
    ['1e3', 'EUR'],
    ['.50', 'EUR'],
    ['12.', 'EUR'],
    ['', 'EUR'],
    [' 12.50', 'EUR'],
    ['+12.50', 'EUR'],
    ['€12', 'EUR'],
    ['NaN', 'EUR'],
    ['90071992547409.92', 'EUR'],
    ['١٢', 'EUR'],
  ])('%j %s is refused rather than rounded or guessed', (text, code) => {
    expect(() => parseDecimal(text, code)).toThrow(InexactAmount);
  });

  test('written and read again, money is the same, whatever the currency', () => {
    fc.assert(
      fc.property(minor, currency, (amount, code) => {
        expect(parseDecimal(formatDecimal({ minor: amount, currency: code }), code)).toStrictEqual({
          minor: amount === 0 ? 0 : amount,
          currency: code,
        });
      }),
    );
  });

  test('what is written has exactly the places of its currency', () => {
    fc.assert(
      fc.property(minor, currency, (amount, code) => {
        const places = formatDecimal({ minor: amount, currency: code }).split('.')[1]?.length ?? 0;
        expect(places).toBe(exponentOf(code));
      }),
    );
  });

  test('reading agrees with arithmetic on whole numbers, where floats would not', () => {
    fc.assert(
      fc.property(fc.nat(10 ** 12), fc.nat(99), (whole, cents) => {
        const text = `${String(whole)}.${String(cents).padStart(2, '0')}`;
        expect(BigInt(parseDecimal(text, 'EUR').minor)).toBe(BigInt(whole) * 100n + BigInt(cents));
      }),
    );
  });

  test('any text is either refused by type or read and written back to an equal amount', () => {
    fc.assert(
      fc.property(fc.string(), currency, (text, code) => {
        try {
          const money = parseDecimal(text, code);
          expect(parseDecimal(formatDecimal(money), code)).toStrictEqual(money);
        } catch (error) {
          expect(error).toBeInstanceOf(InexactAmount);
        }
      }),
    );
  });
});

describe('money', () => {
  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER + 1])('%d is no amount of minor units', (amount) => {
    expect(() => moneyOf(amount, 'EUR')).toThrow(InexactAmount);
    expect(() => formatDecimal({ minor: amount, currency: 'EUR' })).toThrow(InexactAmount);
  });
});
