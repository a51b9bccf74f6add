import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

const read = (...args: string[]) => readOptions(args, () => 'abc123');

describe('the command line of the proof', () => {
  it('plays everything by default, in an order that is said', () => {
    expect(read()).toMatchObject({ do: 'prove', sections: ['matrix', 'worlds', 'model'], only: [], lanes: 3, seconds: Number.POSITIVE_INFINITY, seed: expect.stringMatching(/^\d+$/) });
  });

  it('takes the part of CI by the commit, within its time', () => {
    expect(read('matrix', '--part', 'ci')).toMatchObject({ sections: ['matrix'], seed: 'abc123', seconds: 60 });
    expect(read('matrix', '--part', 'ci', '--seconds', '240', '--seed', '7')).toMatchObject({ seed: '7', seconds: 240 });
  });

  it('takes words a run must have', () => {
    expect(read('--only', 'platform · kill', '--list')).toMatchObject({ do: 'list', only: ['platform', '·', 'kill'] });
  });

  it.each([
    [['--part', 'half'], '--part is "half"'], [['--lanes', '0'], '--lanes is "0"'], [['--lanes', 'x'], '--lanes is "x"'], [['--seconds=-1'], '--seconds is "-1"'],
    [['everything'], '"everything" is no section'], [['--fast'], '--fast'],
  ])('refuses %j', (args, wrong) => {
    expect(read(...args)).toEqual({ wrong: expect.stringContaining(wrong) });
  });
});
