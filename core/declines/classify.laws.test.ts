import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { RawDecline } from '../connector-kit/index.js';
import { classify, classifyOriginalCode, firstStep, isBlockedSet, loadDeclineCatalogue, recommendedAction, type PlannedRetry } from './index.js';

const catalogue = loadDeclineCatalogue();
const laxestFirst: readonly PlannedRetry[] = [
  'ignore',
  'soon',
  'schedule',
  'wait',
  'refresh_token',
  'update_card',
  'customer_action',
  'reconcile',
  'fix_merchant',
  'never',
  'stop_mandate',
];
const rank = (retry: PlannedRetry): number => laxestFirst.indexOf(retry);
const codesOf = (...systems: string[]): readonly (readonly [system: string, code: string])[] =>
  catalogue.rows.filter((row) => systems.includes(row.system) && row.code !== '*').map((row) => [row.system, row.code]);

const gatewayCode = fc.constantFrom(...codesOf('stripe', 'stripe_outcome_reason', 'braintree_gateway_rejection', 'recharge', 'adyen', 'checkout'));
const networkCode = fc.constantFrom(...codesOf('visa', 'mastercard'));
const adviceCode = fc.constantFrom(...codesOf('stripe_advice', 'mastercard_mac'));
const known: fc.Arbitrary<RawDecline> = gatewayCode.map(([system, code]) => ({ system, code, reachedNetwork: true }));
const withNetwork = (decline: RawDecline, [network, code]: readonly [string, string]): RawDecline => ({ ...decline, network, networkCode: code });
const withAdvice = (decline: RawDecline, [adviceSystem, adviceCode]: readonly [string, string]): RawDecline => ({ ...decline, adviceSystem, adviceCode });
const retryOf = (decline: RawDecline): PlannedRetry => classify(decline, catalogue).retry;
const saysNothing = (decline: RawDecline): boolean => classify(decline, catalogue).reason === 'unknown';

const runs = { numRuns: 3_000 };

describe('whatever is said', () => {
  const telling = fc.constantFrom('visa', 'mastercard', 'stripe', 'mastercard_mac', '51', '__proto__', '*', '2109-2999');
  const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), telling);
  const anyDecline: fc.Arbitrary<RawDecline> = fc.record(
    {
      system: anyText,
      code: anyText,
      text: anyText,
      network: anyText,
      networkCode: anyText,
      adviceSystem: anyText,
      adviceCode: anyText,
      reachedNetwork: fc.constantFrom(true, false, 'unknown' as const),
    },
    { requiredKeys: ['system', 'code', 'reachedNetwork'] },
  );

  test('classifying does not throw and gives a reason of the catalogue', () => {
    fc.assert(
      fc.property(anyDecline, (decline) => {
        for (const classification of [classify(decline, catalogue), classifyOriginalCode(decline.code, decline.system, catalogue)]) {
          expect(catalogue.reasons.get(classification.reason)?.category).toBe(classification.category);
          expect(classification.waitHours !== undefined).toBe(classification.retry === 'wait');
          expect(Object.values(classification.signals).every((value) => typeof value !== 'string' || value.length <= 64)).toBe(true);
          expect(isBlockedSet(classification)).toBe(['block', 'step_up'].includes(firstStep(classification)));
          expect(recommendedAction(classification)).toMatch(/^[a-z_]+$/);
        }
      }),
      runs,
    );
  });

  test('a code that no table knows is unknown and treated with caution', () => {
    const madeUp = fc.string({ minLength: 3, maxLength: 30 }).map((text) => `?${text}`);
    fc.assert(
      fc.property(madeUp, madeUp, (system, code) => {
        const nothing = { reason: 'unknown', retry: 'schedule', matched: [] };
        expect(classify({ system, code, networkCode: code, reachedNetwork: 'unknown' }, catalogue)).toMatchObject(nothing);
        expect(classify({ system: 'stripe', code, reachedNetwork: true }, catalogue)).toMatchObject({ reason: 'unknown', retry: 'schedule' });
      }),
      runs,
    );
  });
});

describe('one more signal', () => {
  let stricter = 0;
  const noLaxer = (before: RawDecline, after: RawDecline): void => {
    if (rank(retryOf(after)) > rank(retryOf(before))) stricter += 1;
    expect(rank(retryOf(after))).toBeGreaterThanOrEqual(rank(retryOf(before)));
    if (isBlockedSet(classify(before, catalogue))) expect(isBlockedSet(classify(after, catalogue))).toBe(true);
  };

  test('a raw network code never makes the plan of a known gateway code laxer', () => {
    fc.assert(
      fc.property(known, networkCode, (decline, code) => {
        fc.pre(!saysNothing(decline));
        noLaxer(decline, withNetwork(decline, code));
      }),
      runs,
    );
  });

  test('advice never makes a plan laxer, save where the network leaves the plan to it (README 5: 79, 82)', () => {
    fc.assert(
      fc.property(known, fc.option(networkCode), adviceCode, (decline, network, advice) => {
        const before = network === null ? decline : withNetwork(decline, network);
        fc.pre(!(network?.[0] === 'mastercard' && ['79', '82'].includes(network[1])));
        noLaxer(before, withAdvice(before, advice));
      }),
      runs,
    );
  });

  test('is obeyed if it is stricter', () => {
    fc.assert(
      fc.property(known, networkCode, adviceCode, (decline, network, advice) => {
        const all = withAdvice(withNetwork(decline, network), advice);
        const row = catalogue.rows.find(({ system, code }) => system === advice[0] && code === advice[1]);
        const onlyPermits = row?.code === 'try_again_later';
        if (row !== undefined && row.retry !== 'advice_only' && !onlyPermits) {
          expect(rank(retryOf(all))).toBeGreaterThanOrEqual(rank(row.retry));
        }
        const networkAlone = retryOf({ ...decline, system: network[0], code: network[1] });
        expect(rank(retryOf(withNetwork(decline, network)))).toBeGreaterThanOrEqual(rank(networkAlone));
      }),
      runs,
    );
    expect(stricter).toBeGreaterThan(100);
  });
});
