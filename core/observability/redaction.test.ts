import { describe, expect, it } from '@jest/globals';
import { ulid } from 'ulid';
import { createLogger, lastFour, redactText, type Logger } from './index.js';

/** Digits and letters are joined at run time, so that no scanner takes this file for a leak. */
const join = (...parts: readonly string[]): string => parts.join('');

/** What must never be seen: the whole of it, and the part that makes it worth stealing. */
const canaries: readonly (readonly [kind: string, text: string, worth: string])[] = [
  ['secret key of a client', join('rev', '_q7Zk2mP9xW4vB8nL3sD6fG1h'), 'q7Zk2mP9xW4v'],
  ['publishable key', join('rev', '_pk_a1B2c3D4e5F6g7H8i9J0'), 'a1B2c3D4e5'],
  ['webhook secret', join('whsec', '_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'), 'MfKQ9r8GKYqr'],
  ['secret key of a platform', join('sk', '_test_51H8xYzAbCdEfGhIjKlMn'), '51H8xYz'],
  ['live key after a percent-encoded equals sign', join('key%3Dsk', '_live_51H8xYzAbCdEfGhIjKlMn'), '51H8xYz'],
  ['restricted key', join('rk', '_live_51H8xYzAbCdEfGhIjKlMn'), '51H8xYz'],
  ['key of another platform', join('live', '_cdU7sRe1sXbKqkCoRsKcuyxWtPg'), 'cdU7sRe1'],
  ['client secret of an object', 'pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_YrKJUKribcBjcG8HVhfZluoGH', 'YrKJUKribc'],
  ['JSON Web Token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N', 'eyJzdWIi'],
  ['unsigned JSON Web Token', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJqYW5lIn0.', 'eyJzdWIi'],
  ['e-mail address', 'jane.doe+billing@mail.example.com', 'jane.doe'],
  ['e-mail address in a query', 'email=jane.doe%40example.com', 'jane.doe'],
  ['e-mail address beyond ASCII', 'jürgen@exämple.de', 'rgen@ex'],
  ['card number', join('4242', '4242', '4242', '4242'), join('4242', '4242')],
  ['card number with spaces', '5555 5555 5555 4444', '5555 5555'],
  ['card number with hyphens', '4000-0027-6000-3184', '4000-0027'],
  ['card number with dots', '6011.1111.1111.1117', '6011.1111'],
  ['card number in 4-6-5', '3782 822463 10005', '822463'],
  ['card number digit by digit', '4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2', '4 2 4 2 4 2'],
  ['card number between letters and underscores', join('pan_4242', '424242424242', 'x'), join('4242', '4242')],
  ['card number after an amount', join('charge 50 4242', '424242424242 failed'), join('4242', '4242')],
  ['card number in a query', 'pan=5555%205555%205555%204444', '5555%205555'],
  ['card number in a form', 'pan=5555+5555+5555+4444', '5555+5555'],
  ['credentials of a database', 'mongodb://hub:s3cret!word@db.example.com:27017/hub', 's3cret!word'],
  ['credentials of a cluster', 'mongodb+srv://hub:p%40ss@cluster.example.net/hub?retryWrites=true', 'p%40ss'],
  ['credentials with an @ and a slash', 'mongodb://hub:p@ss/w0rd@db.example.com/hub', 'w0rd'],
  ['key as the user of a URL', 'https://9f8e7d6c5b4a3928@api.example.com/v1', '9f8e7d6c'],
  ['bearer header', 'authorization: Bearer abcDEF123456.xyz', 'abcDEF'],
  ['basic header', 'Basic c2tfdGVzdF8xMjM6', 'c2tfdGVz'],
  ['bare authorization header', 'Authorization=9f8e7d6c5b4a', '9f8e7d6c'],
  ['secret in a query', 'GET /hook?access_token=9f8e7d6c5b4a3928&x=1', '9f8e7d6c'],
  ['password in a message', 'login failed (password: hunter2hunter2)', 'hunter2'],
  ['signature header of a platform', `t=1732190400,v1=${'5257a869e7'.repeat(6)}abcd`, '5257a869e7'],
  ['signature header of a delivery', 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=', 'K5oZfzN95Z9'],
  ['private key', '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nAQEFAASC\n-----END PRIVATE KEY-----', 'MIIEvQIB'],
  ['payment method beyond its last four', 'pm_1MqLiJLkdIwHu7ixUEgbFdYF', '1MqLiJLk'],
  ['card token beyond its last four', 'tok_1N3T00LkdIwHu7ixt44h1F8k', '1N3T00Lk'],
];

const readable: readonly (readonly [kind: string, text: string])[] = [
  ['ULID', '01K5XQ3W7Y4F9Z2B6C8D0E1G3H'],
  ['ULID of digits but two', '01234567890123456789012ABC'],
  ['attempt key', '01K5XQ3W7Y4F9Z2B6C8D0E1G3H-1'],
  ['epoch milliseconds', 'at 1732190400123'],
  ['epoch seconds', 'exp 1732190400'],
  ['epoch microseconds', '1732190400123456'],
  ['ISO date', '2026-11-20T10:00:00.000Z'],
  ['two dates', 'from 2026-11-20 to 2026-11-21, 2026-11-20 2026-11-21'],
  ['amount', 'charged 5000 USD, 1234567890 JPY'],
  ['invoice of a platform', 'in_1MtHbELkdIwHu7ixl4OzzPMv'],
  ['event of a platform', 'evt_1NG8Du2eZvKYlo2CUI79vXWy'],
  ['charge of a platform', 'ch_3MmlLrLkdIwHu7ix0snN0B15'],
  ['UUID', '5f0c2f3e-1d2b-4c3a-9e8f-7a6b5c4d3e2f'],
  ['digits that are no card', '4242424242424243'],
  ['package of a stack', 'at connect (node_modules/mongodb@7.8.0/lib/x.js:12:34)'],
  ['URL', 'https://api.example.com:8443/v1/invoices/in_1?expand=payments'],
  ['loopback URI', 'mongodb://127.0.0.1:27017/hub?directConnection=true'],
  ['socket URI', 'mongodb://%2Ftmp%2Frh%2Fmongo.sock/hub?directConnection=true'],
  ['help of the command line', 'write apiKey=env:API_KEY, apiKey=file:PATH, password=- or the header authorization: Bearer'],
  ['name of a setting', 'HUB_OPERATOR_JWT_SECRET is missing'],
  ['name that ends in rev_', 'prev_invoice_of_this_subscription'],
  ['wire names', 'card_update recovery.failed request_card_update insufficient_funds'],
];

describe('redactText', () => {
  it.each(canaries)('hides a %s', (_kind, text, worth) => {
    for (const around of [text, `before ${text} after`, `{"a":"${text}"}`, `(${text})`, `x=${text}&y`]) expect(redactText(around)).not.toContain(worth);
  });

  it.each(readable)('keeps a %s', (_kind, text) => {
    expect(redactText(text)).toBe(text);
  });

  it('keeps ids and times of any day, whatever their digits', () => {
    for (let n = 0; n < 2000; n += 1) {
      const id = ulid();
      expect(redactText(`case ${id} at ${String(1_600_000_000_000 + n * 86_400_017)}`)).toContain(id);
      expect(redactText(String(1_600_000_000_000 + n * 86_400_017))).not.toContain('[');
    }
  });

  it('is the same when done twice', () => {
    for (const [, text] of canaries) expect(redactText(redactText(text))).toBe(redactText(text));
  });

  it('leaves the rest of a URI readable', () => {
    expect(redactText('mongodb://hub:pw@db.example.com:27017/hub')).toBe('mongodb://[credentials]@db.example.com:27017/hub');
  });

  it('is not slow on a long text that nearly matches', () => {
    const from = performance.now();
    for (const text of ['a.'.repeat(20_000), `${'1 '.repeat(20_000)}x`, 'a@'.repeat(20_000), `mongodb://${':'.repeat(20_000)}`, 'eyJa.'.repeat(8000)]) redactText(text);
    expect(performance.now() - from).toBeLessThan(2000);
  });
});

describe('lastFour', () => {
  it('shows the end of a long token and nothing of a short one', () => {
    expect(lastFour('pm_1MqLiJLkdIwHu7ixUEgbFdYF')).toBe('…FdYF');
    for (const short of ['', 'abc', 'abcd', '12345678']) expect(lastFour(short)).toBe('…');
  });
});

describe('a log line', () => {
  const logged = (write: (logger: Logger) => void): { readonly text: string; readonly lines: readonly Record<string, unknown>[] } => {
    const out: string[] = [];
    write(createLogger({ level: 'trace', destination: { write: (line) => { out.push(line); } } }));
    return { text: out.join(''), lines: out.map((line) => JSON.parse(line) as Record<string, unknown>) };
  };
  const circular = (text: string) => {
    const one: Record<string, unknown> = { text };
    one['self'] = one;
    return one;
  };
  const withCause = (text: string) => new Error('outer', { cause: new Error('middle', { cause: new AggregateError([new Error(text)], text) }) });
  const withStack = (text: string) => Object.assign(new Error('x'), { stack: `Error: ${text}\n    at ${text}` });
  const ways: readonly (readonly [string, (logger: Logger, text: string) => void])[] = [
    ['the message', (logger, text) => { logger.info(text); }],
    ['a message beside fields', (logger, text) => { logger.warn({ caseId: 'c' }, `of ${text}`); }],
    ['a formatted argument', (logger, text) => { logger.info('of %s', text); }],
    ['a formatted object', (logger, text) => { logger.info('of %o and %j', { text }, [text]); }],
    ['a formatted error', (logger, text) => { logger.info('of %o', new Error(text)); }],
    ['a field', (logger, text) => { logger.info({ field: text }, 'm'); }],
    ['the name of a field', (logger, text) => { logger.info({ [text]: 1 }, 'm'); }],
    ['nested fields', (logger, text) => { logger.info({ a: { b: [{ c: [text] }] } }, 'm'); }],
    ['a Map, a Set and a URL', (logger, text) => { logger.info({ map: new Map([[text, text]]), set: new Set([text]), url: new URL(`https://x.example/?q=${text}`) }, 'm'); }],
    ['bytes', (logger, text) => { logger.info({ bytes: Buffer.from(text), view: new Uint8Array(Buffer.from(text)) }, 'm'); }],
    ['a cycle', (logger, text) => { logger.info({ circular: circular(text) }, 'm'); }],
    ['what toJSON answers', (logger, text) => { logger.info({ thing: { toJSON: () => ({ text }) } }, 'm'); }],
    ['an error without a message of ours', (logger, text) => { logger.error(new Error(text)); }],
    ['an err field without a message', (logger, text) => { logger.error({ err: new Error(text) }); }],
    ['an err field', (logger, text) => { logger.error({ err: new Error(text) }, 'm'); }],
    ['an error under another name', (logger, text) => { logger.error({ because: new Error(text) }, 'm'); }],
    ['the stack', (logger, text) => { logger.error({ err: withStack(text) }, 'm'); }],
    ['the cause of a cause', (logger, text) => { logger.error({ err: withCause(text) }, 'm'); }],
    ['other members of an error', (logger, text) => { logger.error({ err: Object.assign(new Error('x'), { response: { body: text }, request: text }) }, 'm'); }],
    ['the binding of a child', (logger, text) => { logger.child({ of: text, deep: { text } }).info('m'); }],
    ['a thrown string', (logger, text) => { logger.error({ err: text }, 'm'); }],
  ];

  describe.each(ways)('in %s', (_way, write) => {
    it.each(canaries)('shows no %s', (_kind, text, worth) => {
      const { text: line, lines } = logged((logger) => { write(logger, text); });
      expect(line).not.toContain(worth);
      expect(line).not.toContain([...Buffer.from(text)].join(','));
      expect(lines).toHaveLength(1);
    });
  });

  it.each([
    'token', 'paymentToken', 'access_token', 'tokens', 'methodRef', 'secret', 'clientSecret', 'webhook-secret', 'password', 'apiKey', 'api_key', 'X-API-Key', 'authorization',
    'Authorization', 'cookie', 'Set-Cookie', 'email', 'customerEmail', 'body', 'rawBody', 'signature', 'Platform-Signature', 'webhook-signature', 'credentials', 'cvc', 'cardNumber',
  ])('shows nothing of a field named %s, whatever it holds', (name) => {
    const { text } = logged((logger) => {
      logger.info({ [name]: 'ordinary words' }, 'm');
      logger.info({ a: [{ [name]: { inside: 'ordinary words' } }] }, 'm');
      logger.child({ [name]: ['ordinary words'] }).info('m');
      logger.info({ [name]: 736482 }, 'm');
    });
    expect(text).not.toContain('ordinary');
    expect(text).not.toContain('736482');
    expect(text.split('[hidden]')).toHaveLength(5);
  });

  it('hides a card number that is a number', () => {
    expect(logged((logger) => { logger.info({ a: [Number(join('4242', '424242424242'))] }, 'm'); }).text).toContain('"a":["[digits]"]');
  });

  it('keeps what people search for', () => {
    const at = new Date('2026-11-20T10:00:00.123Z');
    const fields = {
      caseId: '01K5XQ3W7Y4F9Z2B6C8D0E1G3H', clientId: 'c', lane: 'case/platform-01K5', durationMs: 12.5, at, epoch: 1_732_190_400_123, amount: 5000, nothing: null, yes: true,
      emailHash: 'ab12', last4: '4242', hasToken: true, list: [1, 'two'], big: 12345678901234567890n,
    };
    const { lines } = logged((logger) => { logger.child({ requestId: 'r1' }).info(fields, 'case released'); });
    expect(lines).toEqual([{ level: 'info', time: expect.any(String), requestId: 'r1', ...fields, at: at.toISOString(), big: '12345678901234567890', msg: 'case released' }]);
  });

  it('tells an error with its code and its causes', () => {
    const error = Object.assign(new Error('outer', { cause: new TypeError('inner') }), { code: 'ECONNRESET' });
    const { lines } = logged((logger) => { logger.error({ err: error }, 'm'); });
    expect(lines[0]).toMatchObject({ msg: 'm', err: { name: 'Error', message: 'outer', code: 'ECONNRESET', stack: expect.stringContaining('redaction.test'), cause: { name: 'TypeError', message: 'inner' } } });
  });

  it('is written even of what cannot be read', () => {
    const broken = { get field(): string { throw new Error('no'); }, ok: 1, toJSON: undefined };
    const { lines } = logged((logger) => {
      logger.info({ broken, invalid: new Date(Number.NaN), wide: Array.from({ length: 1000 }, (_, n) => n) }, 'm');
    });
    expect(lines[0]).toMatchObject({ broken: { field: '[unreadable]', ok: 1 }, invalid: 'Invalid Date' });
    expect(lines[0]?.['wide']).toHaveLength(100);
  });
});
