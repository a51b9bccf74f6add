import { describe, expect, test } from '@jest/globals';
import { readOptions } from './options.js';

describe('the command line of the demo', () => {
  test('asks for kills by seed', () => {
    expect(readOptions([])).toEqual({ kill: undefined, keep: 'end' });
    expect(readOptions(['--kill', '--seed', '4', '--keep'])).toEqual({ kill: { seed: 4 }, keep: 'keep' });
    expect(readOptions(['--kill'])).toEqual({ kill: { seed: expect.any(Number) }, keep: 'end' });
    expect(readOptions(['-h'])).toBe('help');
  });

  test.each([
    [['--seed', '4'], '--seed chooses what --kill kills; give both.'],
    [['--kill', '--seed', 'x'], '--seed is "x"; expected a whole number from 0 to 999999999.'],
  ])('refuses %j', (args, wrong) => {
    expect(readOptions(args)).toEqual({ wrong });
  });

  test('refuses what it does not know, by name', () => {
    expect(readOptions(['--slow'])).toEqual({ wrong: expect.stringContaining("'--slow'") });
  });
});
