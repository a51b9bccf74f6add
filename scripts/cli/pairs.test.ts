import { describe, expect, it } from '@jest/globals';
import { UsageError } from './failures.js';
import { readMap, readOptions } from './pairs.js';

const read = (...pairs: readonly string[]) => readMap(pairs, '--gateway', 'ACCOUNT=ID');

describe('accounts and ids on a command line', () => {
  it('are parted at the last sign of equality', () => {
    expect(read('gw_1=01K', 'a=b=01M')).toEqual({ gw_1: '01K', 'a=b': '01M' });
  });

  it.each([[['gw_1'], '--gateway is "gw_1"; it must be ACCOUNT=ID.'], [['=01K'], 'must be ACCOUNT=ID'], [['gw_1='], 'must be ACCOUNT=ID'], [['a=1', 'a=2'], '--gateway names a twice'], [['__proto__=1'], 'cannot be named __proto__']])('%j is refused', (pairs, message) => {
    expect(() => read(...pairs)).toThrow(message);
    expect(() => read(...pairs)).toThrow(UsageError);
  });
});

it('an option without a value is one to be put back to its default', () => {
  expect(readOptions(['onBlocked=', 'takeOver=immediately', 'map.a=1'])).toEqual({ onBlocked: null, takeOver: 'immediately', map: { a: '1' } });
});
