import { describe, expect, test } from '@jest/globals';
import type { RawDecline } from '../connector-kit/index.js';
import { classify, loadDeclineCatalogue, readDeclineFiles, type Classification } from './index.js';

const catalogue = loadDeclineCatalogue();
const read = (decline: Partial<RawDecline>): Classification =>
  classify({ system: 'stripe', code: '', reachedNetwork: true, ...decline }, catalogue);

describe('every row of the catalogue', () => {
  const wildcard: Partial<RawDecline> = { system: 'nobody', network: 'visa', networkCode: 'ZZ' };
  const through = (system: string, code: string): Classification =>
    read(code === '*' ? wildcard : { system, code: code === '2109-2999' ? '2500' : code });

  test.each([...new Set(catalogue.rows.map((row) => row.system))])('of %s names its reason', (system) => {
    const rows = catalogue.rows.filter((row) => row.system === system);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map((row) => `${row.code} ${through(row.system, row.code).reason}`)).toEqual(rows.map((row) => `${row.code} ${row.canonical}`));
    for (const row of rows) {
      const classification = through(row.system, row.code);
      expect(classification.category).toBe(row.category);
      if (row.retry !== 'advice_only') expect(classification.retry).toBe(row.retry);
    }
  });
});

describe('the signals', () => {
  test('are all kept, in the order in which they were read', () => {
    const classification = read({
      code: 'generic_decline',
      text: 'Do not honour',
      network: 'visa',
      networkCode: 'ZZ',
      adviceSystem: 'mastercard_mac',
      adviceCode: '02',
    });
    expect(classification.matched.map(({ step, system, code }) => `${step} ${system} ${code}`)).toEqual([
      'network visa *',
      'gateway stripe generic_decline',
      'advice mastercard_mac 02',
    ]);
    expect(classification.advice).toEqual(classification.matched.at(-1));
    expect(classification.signals).toEqual({
      system: 'stripe',
      code: 'generic_decline',
      network: 'visa',
      networkCode: 'ZZ',
      adviceSystem: 'mastercard_mac',
      adviceCode: '02',
      reachedNetwork: true,
    });
    expect(JSON.stringify(classification)).not.toContain('honour');
  });

  test('are cut and cleaned where nobody knows them', () => {
    const { reason, signals } = read({ code: `a\u0000\u202Eb${'x'.repeat(10_000)}` });
    expect(reason).toBe('unknown');
    expect(signals.code).toHaveLength(64);
    expect(signals.code).toMatch(/^a\uFFFD\uFFFDbx+…$/);
  });
});

test('codes that each network defines for itself are never read by a general table, whatever its rows say (README 2.4)', () => {
  const row = { system: 'iso8583', code: '78', canonical: 'lost_card', category: 'fraud', retry: 'never', source: 'planted' };
  const inside = JSON.stringify([...catalogue.rows, row]);
  const outside = JSON.stringify([...catalogue.rows, { ...row, code: '90' }]);
  const reasonOf = (rows: string, networkCode: string): string => {
    const planted = loadDeclineCatalogue({ ...readDeclineFiles(), 'decline-codes.json': rows });
    return classify({ system: 'stripe', code: 'new', networkCode, reachedNetwork: true }, planted).reason;
  };
  expect(reasonOf(inside, '78')).toBe('unknown');
  expect(reasonOf(outside, '90')).toBe('lost_card');
});
