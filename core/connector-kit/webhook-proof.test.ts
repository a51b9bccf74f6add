import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { checkBasic, equalInConstantTime, provesHmac, timeInWindow, type HmacProof } from './index.js';

const body = Buffer.from([0x7b, 0x22, 0xff, 0x00, 0x0d, 0x0a, 0x7d]);
const sign = (secret: string, encoding: 'hex' | 'base64', ...parts: (string | Uint8Array)[]): string =>
  createHmac('sha256', secret)
    .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
    .digest(encoding);

const proof = (over: Partial<HmacProof>): HmacProof => ({
  algorithm: 'sha256',
  encoding: 'hex',
  signed: ['1700000000', '.', body],
  secrets: ['new secret'],
  proofs: [sign('new secret', 'hex', '1700000000', '.', body)],
  ...over,
});

describe('HMAC', () => {
  test('proves raw bytes that are no text, in hex and base64', () => {
    expect(provesHmac(proof({}))).toBe(true);
    expect(provesHmac(proof({ encoding: 'base64', proofs: [sign('new secret', 'base64', '1700000000', '.', body)] }))).toBe(true);
  });

  test('agrees with a published vector (RFC 4231, case 2)', () => {
    const vector = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    expect(provesHmac(proof({ signed: ['what do ya want ', 'for nothing?'], secrets: ['Jefe'], proofs: [vector] }))).toBe(true);
  });

  test('while secrets are being replaced, the old and the new one prove, and of several proofs one is enough', () => {
    const old = sign('old secret', 'hex', '1700000000', '.', body);
    expect(provesHmac(proof({ proofs: [old] }))).toBe(false);
    expect(provesHmac(proof({ proofs: [old], secrets: ['new secret', 'old secret'] }))).toBe(true);
    expect(provesHmac(proof({ proofs: ['00', old, sign('new secret', 'hex', '1700000000', '.', body)] }))).toBe(true);
  });

  test('one changed bit anywhere is refused', () => {
    fc.assert(
      fc.property(fc.nat(body.length * 8 - 1), (bit) => {
        const changed = Uint8Array.from(body);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(provesHmac(proof({ signed: ['1700000000', '.', changed] }))).toBe(false);
      }),
    );
  });

  test.each([[[]], [['']], [['zz']], [['0']], [['not hex at all']], [[sign('new secret', 'base64', '1700000000', '.', body)]]])(
    'proofs %j are refused, not thrown',
    (proofs) => {
      expect(provesHmac(proof({ proofs }))).toBe(false);
    },
  );

  test('an empty secret proves nothing, though anyone could sign with it', () => {
    expect(provesHmac(proof({ secrets: [''], proofs: [sign('', 'hex', '1700000000', '.', body)] }))).toBe(false);
  });
});

test('texts and bytes are compared whole, whatever their length', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      expect(equalInConstantTime(one, other)).toBe(one === other);
    }),
  );
  expect(equalInConstantTime('ab', Buffer.from('ab'))).toBe(true);
});

describe('the time in a proof', () => {
  const received = new Date('2026-11-20T12:00:00Z');
  const secondsFrom = (seconds: number) => new Date(received.getTime() + seconds * 1000);
  const window = { past: 300, future: 60 };

  test.each([
    [0, 'in_window'],
    [-300, 'in_window'],
    [-300.001, 'too_old'],
    [60, 'in_window'],
    [60.001, 'in_future'],
  ] as const)('%d seconds from ours is %s', (seconds, expected) => {
    expect(timeInWindow(secondsFrom(seconds), received, window)).toBe(expected);
  });

  test('that is no date lies in no window', () => {
    expect(timeInWindow(new Date(Number.NaN), received, window)).toBe('too_old');
  });
});

describe('Basic', () => {
  const header = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  test.each([
    [header('hub:pa:ss wörd'), 'proved'],
    [header('hub:pa:ss wörd').replace('Basic', 'basic'), 'proved'],
    [null, 'missing_proof'],
    ['', 'missing_proof'],
    [header('hub:pa:ss word'), 'wrong_proof'],
    [header('Hub:pa:ss wörd'), 'wrong_proof'],
    [header('hub'), 'wrong_proof'],
    [header(':'), 'wrong_proof'],
    ['Bearer abc', 'wrong_proof'],
    ['Basic', 'wrong_proof'],
    ['Basic !!!', 'wrong_proof'],
  ] as const)('%j is %s', (given, expected) => {
    expect(checkBasic(given, 'hub', 'pa:ss wörd')).toBe(expected);
  });

  test('without user name and password nothing is proved', () => {
    expect(checkBasic(header(':'), '', '')).toBe('wrong_proof');
  });
});
