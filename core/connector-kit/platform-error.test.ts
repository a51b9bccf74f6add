import { describe, expect, test } from '@jest/globals';
import { PlatformError, platformErrorWithin } from './index.js';

const error = new PlatformError('no connection', { code: 'platform_down', reached: 'no' });

describe('PlatformError', () => {
  test('says what it was given, and leaves out what it was not', () => {
    const limited = new PlatformError('slow down', { code: 'rate_limited', reached: 'yes', retryAfterMs: 0, cause: error });
    expect(limited).toMatchObject({
      name: 'PlatformError',
      message: 'slow down',
      code: 'rate_limited',
      reached: 'yes',
      retryAfterMs: 0,
      cause: error,
    });
    expect('retryAfterMs' in error).toBe(false);
    expect('cause' in error).toBe(false);
  });
});

describe('found inside what an SDK made of it', () => {
  test.each([
    ['itself', error],
    ['as cause', new Error('request failed', { cause: error })],
    ['as detail', Object.assign(new Error('connection error'), { detail: error })],
    ['three deep', new Error('a', { cause: Object.assign(new Error('b'), { originalError: { error } }) })],
    ['among several', new AggregateError([new Error('first'), error])],
    [
      'made by another copy of the kit',
      Object.assign(new Error('x'), {
        cause: Object.assign(new Error('no connection'), { name: 'PlatformError', code: error.code, reached: error.reached }),
      }),
    ],
  ])('%s', (_, thrown) => {
    expect(platformErrorWithin(thrown)).toMatchObject({ code: 'platform_down', reached: 'no' });
  });

  test('and not where there is none', () => {
    const circle: { cause?: unknown } = {};
    circle.cause = circle;
    const lookalike = { name: 'PlatformError', code: 'platform_down', reached: 'no' };
    const otherCode = Object.assign(new Error('x'), { name: 'PlatformError', code: 'ECONNRESET', reached: 'no' });
    expect([undefined, null, 'platform_down', circle, lookalike, otherCode, new Error('x')].map(platformErrorWithin)).toStrictEqual(
      Array(7).fill(undefined),
    );
  });
});
