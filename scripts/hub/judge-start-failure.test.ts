import { describe, expect, it } from '@jest/globals';
import { readSettings, type Settings } from '../../core/configuration/index.js';
import { connectStorage } from '../../core/storage/index.js';
import { judgeStartFailure } from './judge-start-failure.js';

const settings = (): Settings => {
  const read = readSettings({ HUB_PORT: '80' });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.settings;
};
const listenError = (code: string) => Object.assign(new Error(`listen ${code}`), { code, syscall: 'listen' });

describe('a failed start', () => {
  it('is tried again where the database does not answer', async () => {
    const error: unknown = await connectStorage('mongodb://127.0.0.1:1/x', { selectionMs: 100 }).catch((caught: unknown) => caught);
    expect(judgeStartFailure(error, settings())).toEqual({
      exitCode: 1, text: 'The database does not answer: connect ECONNREFUSED 127.0.0.1:1. Check that it runs and that MONGODB_URI names it.',
    });
  });

  it.each([
    ['EADDRINUSE', 'Another process listens on port 80 of 127.0.0.1. Stop it, or set HUB_PORT to a free port.'],
    ['EACCES', 'This user may not listen on port 80 of 127.0.0.1. Set HUB_PORT to a port from 1024 on.'],
    ['EADDRNOTAVAIL', 'Cannot listen on port 80 of 127.0.0.1 (EADDRNOTAVAIL). Set HUB_HOST to an address of this machine, or leave it out.'],
  ])('waits for a person at %s', (code, text) => {
    expect(judgeStartFailure(listenError(code), settings())).toEqual({ exitCode: 2, text });
  });

  it('waits for a person otherwise, in the words of the error and without secrets', () => {
    expect(judgeStartFailure(new Error('HUB_TIME_SCALE is 2, with mongodb://me:pw@db/x'), settings())).toEqual({
      exitCode: 2, text: 'HUB_TIME_SCALE is 2, with mongodb://[credentials]@db/x',
    });
    const bug = judgeStartFailure(new TypeError('x is not a function'), settings());
    expect(bug).toEqual({ exitCode: 2, text: expect.stringMatching(/^TypeError: x is not a function\n +at /) });
  });
});
