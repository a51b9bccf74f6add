import { describe, expect, it } from '@jest/globals';
import { gather, gatherReads, type Answered } from './index.js';

describe('what is asked in one turn', () => {
  it('is asked once for all, each answered in its place', async () => {
    const batches: (readonly number[])[] = [];
    const double = gather<number, number>(async (asked) => {
      batches.push(asked);
      return asked.map((value) => ({ value: value * 2 }));
    });
    expect(await Promise.all([double(1), double(2), double(3)])).toEqual([2, 4, 6]);
    expect(await double(4)).toBe(8);
    expect(batches).toEqual([[1, 2, 3], [4]]);
  });

  it('leaves in parts of at most so many', async () => {
    const sizes: number[] = [];
    const ask = gather<number, number>(async (asked) => {
      sizes.push(asked.length);
      return asked.map((value) => ({ value }));
    }, 4);
    await Promise.all(Array.from({ length: 10 }, (_, n) => ask(n)));
    expect(sizes).toEqual([4, 4, 2]);
  });

  it('fails alone where it fails alone, and together where nothing was answered', async () => {
    const some = gather<number, number>(async (asked) => asked.map((n): Answered<number> => (n === 2 ? { error: new Error('two') } : { value: n })));
    expect(await Promise.allSettled([some(1), some(2), some(3)])).toMatchObject([{ value: 1 }, { reason: { message: 'two' } }, { value: 3 }]);
    const none = gather<number, number>(() => Promise.reject(new Error('no database')));
    expect(await Promise.allSettled([none(1), none(2)])).toMatchObject([{ reason: { message: 'no database' } }, { reason: { message: 'no database' } }]);
    const short = gather<number, number>(async () => [{ value: 1 }]);
    expect(await Promise.allSettled([short(1), short(2)])).toMatchObject([{ value: 1 }, { status: 'rejected' }]);
  });
});

describe('readings shared by those who ask in one turn', () => {
  it('begin after everybody has asked, and are not kept for those who ask later', async () => {
    let stored = 'old';
    const loads: (readonly string[])[] = [];
    const read = gatherReads(async (keys) => {
      loads.push(keys);
      return new Map([['a', stored]]);
    }, (found) => found);
    const both = [read('a'), read('a'), read('b')];
    stored = 'new';
    expect(await Promise.all(both)).toEqual(['new', 'new', undefined]);
    stored = 'newer';
    expect(await read('a')).toBe('newer');
    expect(loads).toEqual([['a', 'b'], ['a']]);
  });

  it('fail for those alone whose document cannot be used', async () => {
    const read = gatherReads(async () => new Map([['good', 1], ['bad', 2]]), (found) => {
      if (found === 2) throw new Error('unreadable');
      return found;
    });
    expect(await Promise.allSettled([read('good'), read('bad'), read('bad')])).toMatchObject([{ value: 1 }, { reason: { message: 'unreadable' } }, { reason: { message: 'unreadable' } }]);
  });
});
