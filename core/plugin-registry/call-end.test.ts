import { describe, expect, it } from '@jest/globals';
import { PlatformError } from '../connector-kit/index.js';
import { createCallEnd } from './call-end.js';

const reason = (message: string) => () => new PlatformError(message, { code: 'platform_down', reached: 'no' });

describe('the end of a call', () => {
  it('aborts a signal that was asked for before, with the first reason given', () => {
    const end = createCallEnd();
    const signal = end.signal();
    expect(signal.aborted).toBe(false);
    end.because(reason('first'));
    end.because(reason('second'));
    expect(signal).toMatchObject({ aborted: true, reason: { message: 'first' } });
  });

  it('hands whoever asks afterwards a signal that is aborted already', () => {
    const end = createCallEnd();
    end.because(reason('over'));
    expect(end.signal()).toMatchObject({ aborted: true, reason: { message: 'over' } });
    expect(end.signal()).toBe(end.signal());
  });
});
