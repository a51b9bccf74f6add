import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  at, basicUserOf, countInLastMinute, createEventStream, createFakeClock, createIds, createRandom, factFaults, keyAmong, nextResult, parseForm, ringAt, until, upcomingResult, type Fact,
} from './index.js';

describe('the clock', () => {
  it('runs as fast as it is told, from its origin', () => {
    const origin = new Date(Date.now() - 1_000);
    const clock = createFakeClock({ scale: 86_400, origin });
    const ran = (clock.hubNow().getTime() - origin.getTime()) / 86_400;
    expect(ran).toBeGreaterThanOrEqual(1_000);
    expect(ran).toBeLessThanOrEqual(Date.now() - origin.getTime());
    expect(clock.wallMsOf(86_400_000)).toBe(1_000);
    const before = clock.hubNow().getTime() / 1_000;
    const seconds = clock.hubSeconds();
    expect(seconds).toBeGreaterThanOrEqual(Math.floor(before));
    expect(seconds).toBeLessThanOrEqual(clock.hubNow().getTime() / 1_000);
    expect(Number.isInteger(seconds)).toBe(true);
    expect(new Date(clock.instant().hub).getTime()).toBeGreaterThan(new Date(clock.instant().wall).getTime());
  });

  it.each([{ scale: 0 }, { scale: Number.NaN }, { origin: new Date('never') }])('refuses %j by name', (options) => {
    expect(() => createFakeClock(options)).toThrow(/^time (scale|origin): found .*, expected/);
  });

  it('rings at its instant and never before, unless it is called off', async () => {
    const clock = createFakeClock({ scale: 3_600 });
    const at5 = new Date(clock.hubNow().getTime() + 300_000);
    const rung: Date[] = [];
    ringAt(clock, at5, () => rung.push(clock.hubNow()));
    const callOff = ringAt(clock, at5, () => rung.push(new Date(0)));
    callOff();
    await until(() => rung.length > 0);
    expect(rung).toHaveLength(1);
    expect(rung[0]?.getTime()).toBeGreaterThanOrEqual(at5.getTime());
  });
});

describe('what is random', () => {
  it('is the same for one seed, and in [0, 1)', () => {
    fc.assert(fc.property(fc.integer(), (seed) => {
      const [one, other] = [createRandom(seed), createRandom(seed)];
      const numbers = Array.from({ length: 20 }, () => one());
      expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
      expect(Array.from({ length: 20 }, () => other())).toEqual(numbers);
    }));
  });

  it('makes ids of a look that differ from each other', () => {
    const mint = createIds(createRandom(3), { mark: 'Ac', tail: 4 });
    const ids = Array.from({ length: 2_000 }, () => mint('inv'));
    expect(new Set(ids).size).toBe(2_000);
    expect(ids[0]).toMatch(/^inv_Ac00001[0-9A-Za-z]{4}$/);
    expect(mint('')).toMatch(/^Ac/);
    expect(createIds(createRandom(3), { mark: 'Ac', tail: 4 })('inv')).toBe(ids[0]);
  });
});

describe('a form', () => {
  it.each([
    ['a=1&b=', { a: '1', b: '' }],
    ['a[b][c]=1&a[b][d]=2', { a: { b: { c: '1', d: '2' } } }],
    ['list[]=x&list[]=y', { list: ['x', 'y'] }],
    ['list[1]=y&list[0]=x', { list: ['x', 'y'] }],
    ['lines[0][id]=x&lines[1][id]=y', { lines: [{ id: 'x' }, { id: 'y' }] }],
    ['free[1]=y&free[0]=x', { free: { 1: 'y', 0: 'x' } }],
    ['a%5Bb%5D=%C3%BC+%26', { a: { b: 'ü &' } }],
    ['', {}],
  ])('reads %s', (text, expected) => {
    expect(JSON.parse(JSON.stringify(parseForm(text, ['free'])))).toEqual(expected);
  });

  it('reaches no prototype', () => {
    parseForm('__proto__[polluted]=yes&constructor[prototype][polluted]=yes');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

it('a script gives one result after the other, and the last for ever', () => {
  const script = { results: ['a', 'b'], used: 0 };
  expect([upcomingResult(script), nextResult(script), nextResult(script), nextResult(script), upcomingResult(script)]).toEqual(['a', 'a', 'b', 'b', 'b']);
  expect(nextResult({ results: [], used: 0 })).toBeUndefined();
});

it('a stream of events tells what is published, and its owner knows when to be quiet', () => {
  const stream = createEventStream<string>();
  const heard: string[] = [];
  stream.onEvent((event) => heard.push(event));
  stream.publish('a');
  stream.keep('b');
  expect([stream.all, heard, stream.isQuiet()]).toEqual([['a', 'b'], ['a'], false]);
  stream.quietly(() => {
    stream.quietly(() => expect(stream.isQuiet()).toBe(true));
    expect(stream.isQuiet()).toBe(true);
  });
  expect(() => stream.quietly(() => { throw new Error('in between'); })).toThrow('in between');
  expect(stream.isQuiet()).toBe(false);
});

it('a member of a body is found by its path, or not', () => {
  expect([at({ a: [{ b: 1 }] }, 'a.0.b'), at({ a: null }, 'a.b'), at('text', 'a')]).toEqual([1, undefined, undefined]);
});

it('an API key is the user of HTTP Basic, and found only whole', () => {
  const authorization = `Basic ${Buffer.from('key_1:ignored').toString('base64')}`;
  expect([basicUserOf({ authorization }), basicUserOf({ authorization: authorization.replace('Basic', 'basic') })]).toEqual(['key_1', 'key_1']);
  expect([basicUserOf({}), basicUserOf({ authorization: 'Bearer key_1' }), basicUserOf({ authorization: 'Basic' })]).toEqual(['', '', '']);
  const keys = [{ key: 'key_1', may: 'all' }, { key: 'key_12', may: 'read' }];
  expect([keyAmong(keys, 'key_12')?.may, keyAmong(keys, 'key'), keyAmong(keys, '')]).toEqual(['read', undefined, undefined]);
});

it('the requests of the last minute are counted by the wall', () => {
  const seenAt = (agoMs: number) => ({ requestId: 'r', method: 'GET', path: '/', idempotencyKey: null, at: new Date(Date.now() - agoMs).toISOString() });
  expect(countInLastMinute([seenAt(120_000), seenAt(61_000), seenAt(50_000), seenAt(0)])).toBe(2);
});

describe('the comparison of a fake with its table of facts', () => {
  const row: Fact = { says: 'It does.', source: 'A1', certainty: 'INF' };

  it('names what is missing on either side, and looks at no test', () => {
    const folder = mkdtempSync(join(tmpdir(), 'facts-'));
    try {
      writeFileSync(join(folder, 'one.ts'), "/** fact('a.known') */\nconst id = fact('a.forgotten');\n");
      writeFileSync(join(folder, 'one.test.ts'), "fact('a.unused');\n");
      const facts = { 'a.known': { ...row, switch: 'known' }, 'a.unused': row };
      expect(factFaults(folder, facts, { known: true, unnamed: false })).toEqual({
        withoutRow: ['a.forgotten'], unnamed: ['a.unused'], switchesWithoutRow: ['unnamed'],
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
