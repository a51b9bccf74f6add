import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import {
  DeclineCatalogueError,
  declineMessage,
  loadDeclineCatalogue,
  readDeclineFiles,
  type CatalogueProblem,
  type DeclineFileName,
  type DeclineFiles,
} from './index.js';

type Json = Record<string, unknown>;
const shipped = readDeclineFiles();
const jsonOf = (name: DeclineFileName): unknown => JSON.parse(shipped[name] ?? 'null');
const rowsOf = (name: DeclineFileName): Json[] => z.array(z.record(z.string(), z.unknown())).parse(jsonOf(name));
const recordOf = (name: DeclineFileName): Json => z.record(z.string(), z.unknown()).parse(jsonOf(name));
const listIn = (record: Json, member: string): Json[] => z.array(z.record(z.string(), z.unknown())).parse(record[member]);

const problemsWith = (changed: DeclineFiles): readonly CatalogueProblem[] => {
  try {
    loadDeclineCatalogue({ ...shipped, ...changed });
    return [];
  } catch (error) {
    if (error instanceof DeclineCatalogueError) return error.problems;
    throw error;
  }
};
const withDeclines = (change: (rows: Json[]) => Json[]): DeclineFiles => ({ 'decline-codes.json': JSON.stringify(change(rowsOf('decline-codes.json'))) });
const replaceRow = (key: string, change: (row: Json) => Json): DeclineFiles =>
  withDeclines((rows) => rows.map((row) => (`${String(row.system)}/${String(row.code)}` === key ? change(row) : row)));
const withReasons = (change: (rows: Json[]) => Json[]): DeclineFiles => ({ 'canonical-codes.json': JSON.stringify(change(rowsOf('canonical-codes.json'))) });
const withLimits = (change: (rows: Json[]) => Json[]): DeclineFiles => {
  const rules = recordOf('network-rules.json');
  return { 'network-rules.json': JSON.stringify({ ...rules, limits: change(listIn(rules, 'limits')) }) };
};
const withSystems = (change: (rows: Json[]) => Json[], aliases: Json = {}): DeclineFiles => {
  const lookup = recordOf('systems.json');
  const reason_aliases = { ...z.record(z.string(), z.unknown()).parse(lookup.reason_aliases), ...aliases };
  return { 'systems.json': JSON.stringify({ ...lookup, systems: change(listIn(lookup, 'systems')), reason_aliases }) };
};
const withMessages = (changes: Json): DeclineFiles => ({ 'reason-messages.json': JSON.stringify({ ...recordOf('reason-messages.json'), ...changes }) });

describe('the shipped files', () => {
  const catalogue = loadDeclineCatalogue();

  test('hold all declines, reasons and limits', () => {
    expect(catalogue.rows).toHaveLength(798);
    expect(catalogue.reasons.size).toBe(57);
    expect(catalogue.networkLimits).toHaveLength(10);
  });

  test('have one message for each reason, safe to show', () => {
    expect(declineMessage('account_closed', catalogue)).toBe('Card account is closed.');
    const messages = [...catalogue.reasons.keys()].map((reason) => declineMessage(reason, catalogue));
    expect(new Set(messages).size).toBe(57);
    expect(declineMessage('no such reason', catalogue)).toBe('The payment was declined for a reason that is not known.');
  });

  test.each([
    ['2025-05-24', ['visa_cat1_never', 'visa_cat234_15']],
    ['2025-05-25', ['visa_cat1_never', 'visa_cat234_20']],
  ])('on %s Visa has the limits of its day (README 4)', (day, expected) => {
    const inForce = catalogue.networkLimits.filter(
      (limit) => limit.network === 'visa' && (limit.effective_from ?? '0000') <= day && day <= (limit.effective_to ?? '9999'),
    );
    expect(inForce.map((limit) => limit.id)).toEqual(expected);
  });
});

const faults: readonly (readonly [string, DeclineFiles, CatalogueProblem])[] = [
  [
    'a code twice',
    withDeclines((rows) => [...rows, ...rows.slice(0, 1)]),
    {
      file: 'decline-codes.json',
      row: 'row 799 (stripe/authentication_required)',
      found: 'the same system and code as row 1 (stripe/authentication_required)',
      expected: 'each (system, code) once',
    },
  ],
  [
    'a reason that does not exist',
    replaceRow('stripe/lost_card', (row) => ({ ...row, canonical: 'mislaid_card' })),
    {
      file: 'decline-codes.json',
      row: 'row 28 (stripe/lost_card)',
      found: 'canonical "mislaid_card"',
      expected: 'a reason of canonical-codes.json',
    },
  ],
  [
    'a category that disagrees',
    replaceRow('stripe/lost_card', (row) => ({ ...row, category: 'soft' })),
    {
      file: 'decline-codes.json',
      row: 'row 28 (stripe/lost_card)',
      found: 'category "soft"',
      expected: '"fraud", as lost_card has in canonical-codes.json',
    },
  ],
  [
    'ignore with another reason',
    replaceRow('stripe/lost_card', (row) => ({ ...row, retry: 'ignore' })),
    {
      file: 'decline-codes.json',
      row: 'row 28 (stripe/lost_card)',
      found: 'retry "ignore" with canonical "lost_card"',
      expected: 'ignore and not_a_payment_failure only together',
    },
  ],
  [
    'an unknown member',
    replaceRow('stripe/lost_card', (row) => ({ ...row, retries: 3 })),
    {
      file: 'decline-codes.json',
      row: 'row 28 (stripe/lost_card)',
      found: 'unknown "retries"',
      expected: 'only the members the file is described with',
    },
  ],
  [
    'a number where a code belongs',
    replaceRow('stripe/lost_card', (row) => ({ ...row, code: 41 })),
    { file: 'decline-codes.json', row: 'row 28 (stripe)', found: 'code 41', expected: 'Invalid input: expected string, received number' },
  ],
  [
    'a wait without its hours',
    replaceRow('mastercard_mac/24', (row) => ({ ...row, wait_hours: undefined })),
    {
      file: 'decline-codes.json',
      row: 'row 290 (mastercard_mac/24)',
      found: 'wait_hours nothing',
      expected: 'wait_hours on rows whose retry is wait, and on no other',
    },
  ],
  [
    'a range that runs backwards',
    replaceRow('braintree/2109-2999', (row) => ({ ...row, code: '2999-2109' })),
    {
      file: 'decline-codes.json',
      row: 'row 169 (braintree/2999-2109)',
      found: 'code "2999-2109"',
      expected: 'a range from a lower to a higher code with the same number of digits',
    },
  ],
  [
    'a reason twice',
    withReasons((rows) => [...rows, ...rows.slice(0, 1)]),
    {
      file: 'canonical-codes.json',
      row: 'row 58 (insufficient_funds)',
      found: 'canonical "insufficient_funds" a second time',
      expected: 'each reason once',
    },
  ],
  [
    'two limits in force on one day',
    withLimits((rows) => rows.map((row) => (row.id === 'visa_cat234_15' ? { ...row, effective_to: '2025-05-25' } : row))),
    {
      file: 'network-rules.json',
      row: 'row 3 (visa_cat234_20)',
      found: 'in force from 2025-05-25 to now on, while row 2 (visa_cat234_15) is in force from 2021-04-17 to 2025-05-25',
      expected: 'rows for one network, region, scope and condition that do not overlap in time: close the older one with effective_to',
    },
  ],
  [
    'a limit with two ceilings',
    withLimits((rows) => rows.map((row) => (row.id === 'mc_24h' ? { ...row, max_reattempts: 3 } : row))),
    {
      file: 'network-rules.json',
      row: 'row 4 (mc_24h)',
      found: 'max_attempts 10',
      expected: 'exactly one of max_reattempts and max_attempts',
    },
  ],
  [
    'a table nobody declared',
    withSystems((rows) => rows.filter((row) => row.system !== 'adyen')),
    { file: 'systems.json', row: 'the file', found: 'nothing about the table "adyen"', expected: 'a row that says how the table is read' },
  ],
  [
    'a table without rows',
    withSystems((rows) => [...rows, { system: 'worldpay', kind: 'gateway' }]),
    { file: 'systems.json', row: 'row 16 (worldpay)', found: 'no row in decline-codes.json', expected: 'at least one' },
  ],
  [
    'a block table of nobody',
    withSystems((rows) => rows.map((row) => (row.kind === 'gateway_block' && row.gateway === 'stripe' ? { ...row, gateway: 'visa' } : row))),
    { file: 'systems.json', row: 'row 2 (stripe_outcome_reason)', found: 'gateway "visa"', expected: 'a declared system of kind gateway' },
  ],
  [
    'one brand in two networks',
    withSystems((rows) => rows.map((row) => (row.system === 'mastercard' ? { ...row, brands: ['visa'] } : row))),
    { file: 'systems.json', row: 'row 13 (mastercard)', found: 'brand "visa", which visa has', expected: 'each brand in one network' },
  ],
  [
    'a waiting time for advice that does not exist',
    withSystems((rows) => rows.map((row) => (row.system === 'mastercard_mac' ? { ...row, not_before_hours: { '99': 1 } } : row))),
    { file: 'systems.json', row: 'row 15 (mastercard_mac)', found: 'not_before_hours for "99"', expected: 'a code of its own table' },
  ],
  [
    'permission by advice that does not exist',
    withSystems((rows) => rows.map((row) => (row.system === 'stripe_advice' ? { ...row, only_permits: ['go_on'] } : row))),
    { file: 'systems.json', row: 'row 3 (stripe_advice)', found: 'only_permits "go_on"', expected: 'a code of its own table' },
  ],
  [
    'an alias to nowhere',
    withSystems((rows) => rows, { nope: 'nowhere' }),
    { file: 'systems.json', row: 'alias "nope"', found: '"nowhere"', expected: 'a reason of canonical-codes.json' },
  ],
  [
    'a reason without a message',
    withMessages({ lost_card: undefined }),
    { file: 'reason-messages.json', row: '"lost_card"', found: 'no message', expected: 'one sentence for each reason' },
  ],
  [
    'a file that is not JSON',
    { 'canonical-codes.json': '[{' },
    { file: 'canonical-codes.json', row: 'the file', found: '2 characters that are not JSON', expected: 'JSON' },
  ],
];

describe('a planted fault', () => {
  test.each(faults)('%s is the one problem', (_name, changed, problem) => {
    expect(problemsWith(changed)).toEqual([problem]);
  });

  test('a missing file is the one problem', () => {
    const { 'network-rules.json': _missing, ...others } = shipped;
    expect(() => loadDeclineCatalogue(others)).toThrow(/1 problem\..*\n {2}network-rules\.json, the file: found nothing readable/);
  });

  test('a reason that a rule is written for may not go', () => {
    expect(problemsWith(withReasons((rows) => rows.filter((row) => row.canonical !== 'do_not_try_again')))).toContainEqual({
      file: 'canonical-codes.json',
      row: 'the file',
      found: 'no row for "do_not_try_again"',
      expected: 'a row, because a rule is written for it',
    });
  });

  test('every problem of every file is said at once', () => {
    const broken: DeclineFiles = {
      ...replaceRow('stripe/lost_card', (row) => ({ ...row, category: 'soft', retry: 'ignore' })),
      ...withLimits((rows) => rows.map((row) => (row.id === 'mc_24h' ? { ...row, scope: ['wallet'] } : row))),
      ...withSystems((rows) => rows.filter((row) => row.system !== 'adyen')),
      ...withMessages({ lost_card: 'no capital and no stop' }),
    };
    const places = problemsWith(broken).map((problem) => `${problem.file} ${problem.row}`);
    expect(places.toSorted()).toEqual([
      'decline-codes.json row 28 (stripe/lost_card)',
      'decline-codes.json row 28 (stripe/lost_card)',
      'network-rules.json row 4 (mc_24h)',
      'reason-messages.json the file',
      'systems.json the file',
    ]);
    expect(() => loadDeclineCatalogue({ ...shipped, ...broken })).toThrow(/has 5 problems\. Correct the files in core\/declines/);
  });
});
