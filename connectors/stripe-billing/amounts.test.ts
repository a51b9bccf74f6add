import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, integer, property } from 'fast-check';
import { fromStripeAmount, toStripeAmount } from './amounts.js';

const anyCurrency = constantFrom('EUR', 'USD', 'JPY', 'UGX', 'ISK', 'MGA', 'KWD', 'BHD', 'CLP');

describe('amounts', () => {
  it('come back as they went, or are refused; nothing is rounded', () => {
    assert(
      property(integer({ min: 0, max: 1e12 }), anyCurrency, (minor, currency) => {
        let sent;
        try {
          sent = toStripeAmount({ minor, currency });
        } catch {
          expect(['MGA', 'KWD', 'BHD']).toContain(currency);
          return;
        }
        expect(Number.isSafeInteger(sent.amount)).toBe(true);
        expect(fromStripeAmount(sent.amount, sent.currency)).toEqual({ minor, currency });
      }),
    );
  });

  it.each([
    [{ minor: 150, currency: 'MGA' }],
    [{ minor: 1234, currency: 'KWD' }],
    [{ minor: Number.MAX_SAFE_INTEGER, currency: 'ISK' }],
    [{ minor: 1.5, currency: 'EUR' }],
  ])('%j cannot be expressed', (money) => {
    expect(() => toStripeAmount(money)).toThrow(/cannot charge/);
  });

  it('that are no whole number of minor units are an unexpected answer', () => {
    expect(() => fromStripeAmount(150, 'isk')).toThrow(/no whole number/);
    expect(() => fromStripeAmount(150, 'euro')).toThrow(/no whole number/);
  });
});
