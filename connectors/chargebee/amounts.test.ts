import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromChargebeeAmount, toChargebeeAmount } from './amounts.js';

describe('amounts of Chargebee', () => {
  it.each([
    [{ minor: 4900, currency: 'EUR' }, 4900],
    [{ minor: 4900, currency: 'JPY' }, 4900],
    [{ minor: 4900, currency: 'XAF' }, 4900],
    // three decimals by ISO, two at Chargebee
    [{ minor: 49_000, currency: 'KWD' }, 4900],
    [{ minor: 49_000, currency: 'BHD' }, 4900],
  ])('%j is %s', (money, amount) => {
    expect(toChargebeeAmount(money)).toBe(amount);
    expect(fromChargebeeAmount(amount, money.currency)).toEqual(money);
  });

  it.each(['ISK', 'UGX', 'MGA', 'CLF', 'XXX'])('%s is refused by name, never guessed', (currency) => {
    expect(() => toChargebeeAmount({ minor: 100, currency })).toThrow(new RegExp(currency));
    expect(() => fromChargebeeAmount(100, currency)).toThrow(new RegExp(currency));
  });

  it('of more decimals than Chargebee has are refused, never rounded', () => {
    expect(() => toChargebeeAmount({ minor: 49_001, currency: 'KWD' })).toThrow(/two decimals/);
  });

  it('come back as they went', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), fc.constantFrom('USD', 'JPY', 'KWD', 'HUF', 'TWD', 'krw'), (amount, currency) => {
      const money = fromChargebeeAmount(amount, currency);
      expect(money.currency).toBe(currency.toUpperCase());
      expect(toChargebeeAmount(money)).toBe(amount);
    }));
  });
});
