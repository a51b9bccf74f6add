import { describe, expect, it } from '@jest/globals';
import { filesBelow, type SourceFile } from './source-files.js';

const platformName = /stripe|chargebee|recurly|braintree|zuora|recharge|shopify|checkout/i;

/** Exempt, each for its reason. */
const exempt = [
  // the data that maps what platforms say
  /^core\/declines\/[^/]+\.json$/,
  // tests of that data
  /^core\/declines\/[^/]+\.test\.ts$/,
  // names on the wire, which merchants know from before
  /^core\/notifications\/wire-names\.ts$/,
  /^core\/api\/operations\/wire-names\.ts$/,
  // names of environment variables
  /^core\/configuration\/settings\.ts$/,
];

const isExempt = (path: string): boolean => exempt.some((pattern) => pattern.test(path));

const namesIn = (files: readonly SourceFile[]): readonly string[] =>
  files.flatMap(({ path, text }) => {
    const inPath = platformName.exec(path);
    const lines = isExempt(path) ? [] : text.split('\n').flatMap((line, at) => (platformName.test(line) ? [`${path}:${at + 1} ${line.trim()}`] : []));
    return inPath ? [`${path} is named after a platform`, ...lines] : lines;
  });

describe('core', () => {
  it('names no platform', () => {
    expect(namesIn(filesBelow('core', () => true))).toEqual([]);
  });

  it('has every file that is exempt by its exact path', () => {
    const paths = filesBelow('core', () => true).map(({ path }) => path);
    for (const pattern of exempt) expect(paths.filter((path) => pattern.test(path))).not.toEqual([]);
  });

  it.each([
    [{ path: 'core/recovery/engine.ts', text: '// as Stripe does it' }, ['core/recovery/engine.ts:1 // as Stripe does it']],
    [{ path: 'core/api/merchant/execute-body.ts', text: "\nconst known = ['chargeBee'];" }, ["core/api/merchant/execute-body.ts:2 const known = ['chargeBee'];"]],
    [{ path: 'core/cards/checkout-card.ts', text: '' }, ['core/cards/checkout-card.ts is named after a platform']],
    [{ path: 'core/cards/wire-names.ts', text: 'recurly' }, ['core/cards/wire-names.ts:1 recurly']],
  ])('would be told of %j', (planted, found) => {
    expect(namesIn([planted])).toEqual(found);
  });
});
