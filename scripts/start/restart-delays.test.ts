import { describe, expect, it } from '@jest/globals';
import { createRestartDelays } from './restart-delays.js';

describe('restart delays', () => {
  it('double from 1 s to 30 s, and begin anew after a minute of life', () => {
    const delays = createRestartDelays();
    expect([5, 5, 5, 5, 59_999, 5, 5].map((livedMs) => delays.after(livedMs))).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect([60_000, 5].map((livedMs) => delays.after(livedMs))).toEqual([1000, 2000]);
  });
});
