import { describe, expect, it } from '@jest/globals';
import { judge, laws, plantedWorlds, soundWorld } from './index.js';

describe('the laws of the money protocol', () => {
  it('object to nothing in a world where all went well', () => {
    expect(judge(soundWorld)).toEqual([]);
  });

  it.each(plantedWorlds.map((planted) => [planted.law, planted.what, planted.evidence] as const))('law %d objects to %s', (number, _what, evidence) => {
    const law = laws.find((one) => one.number === number);
    const found = law?.judge(evidence) ?? [];
    expect(found.length).toBeGreaterThan(0);
    for (const violation of found) expect(violation).toMatchObject({ law: number, shownBy: expect.anything() });
  });

  it('are eight, each broken on purpose at least once', () => {
    expect(laws.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(plantedWorlds.map(({ law }) => law)).size).toBe(8);
  });
});
