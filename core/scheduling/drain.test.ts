import { describe, expect, it } from '@jest/globals';
import { drain, drainTimesOf, followed } from './index.js';

const after = (ms: number) => new Promise<void>((resolve) => { setTimeout(resolve, ms); });
const never = new Promise<void>(() => undefined);

describe('an end', () => {
  it('is over with the last of what it waits for, an error included, and hurries nobody', async () => {
    const hurried: string[] = [];
    const from = performance.now();
    const left = await drain({ one: after(50), two: after(10).then(() => { throw new Error('x'); }) }, { patienceMs: 5000, hurryMs: 4000, hurry: () => { hurried.push('x'); } });
    expect([left, hurried]).toEqual([[], []]);
    expect(performance.now() - from).toBeLessThan(2000);
  });

  it('names what did not end, after hurrying it', async () => {
    const hurried: string[] = [];
    expect(await drain({ one: after(5), two: never }, { patienceMs: 150, hurryMs: 50, hurry: () => { hurried.push('once'); } })).toEqual(['two']);
    expect(hurried).toEqual(['once']);
  });

  it('waits for one that ends because it was hurried', async () => {
    let end: () => void = () => undefined;
    const hurriedEnd = new Promise<void>((resolve) => { end = resolve; });
    expect(await drain({ one: hurriedEnd }, { patienceMs: 5000, hurryMs: 20, hurry: () => { end(); } })).toEqual([]);
  });

  it.each([[1, 400, 700], [10, 8000, 9000], [30, 27_000, 28_500], [600, 597_000, 598_500]])('of %s s hurries at %s ms and waits until %s ms', (seconds, hurryMs, patienceMs) => {
    expect(drainTimesOf(seconds)).toEqual({ patienceMs, hurryMs });
  });

  it('waits for followed work, what is begun meanwhile and what fails included', async () => {
    const runs = followed();
    const order: string[] = [];
    const work = async (ms: number, name: string, next?: () => void) => {
      await after(ms);
      next?.();
      order.push(name);
    };
    runs.follow(work(10, 'first', () => { runs.follow(work(20, 'second')); }));
    runs.follow(Promise.reject(new Error('x')));
    await runs.ended();
    expect(order).toEqual(['first', 'second']);
  });
});
