import type { LookupAddress } from 'node:dns';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWebhookReceiver, type WebhookReceiver } from '../../test/support/webhook-receiver.js';
import { createGuardedDispatcher } from './guarded-dispatcher.js';
import { checkTarget, type ResolveAll, type TargetEnvironment, type TargetProblem } from './index.js';
import { postOnce } from './post-once.js';

const privateHosts = [
  '127.0.0.1', '127.0.0.1.', '127.1', '127.0.1', '127.255.255.254', '0x7f.1', '0x7f000001', '0X7F.0.0.1', '2130706433', '017700000001', '0177.0.0.1', '0177.1',
  '0x7f.0x0.0x0.0x1', '%31%32%37.0.0.1', '１２７.０.０.１', '127。0。0。1', '①②⑦.⓪.⓪.①', '0', '0.0.0.0', '0x0', '00', '0.1.2.3',
  '10.0.0.1', '10.255.255.255', '0xa.1', '012.0.0.1', '172.16.0.1', '172.31.255.255', '0xac100001', '192.168.0.1', '192.168.1', '3232235521',
  '169.254.169.254', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '169.254.43518', '100.64.0.1', '100.127.255.255', '198.18.0.1', '198.19.255.255',
  '192.0.0.1', '192.0.2.1', '198.51.100.1', '203.0.113.1', '192.88.99.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255',
  '[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[0000:0000:0000:0000:0000:0000:0000:0001]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:7f00:0001]',
  '[::ffff:10.0.0.1]', '[::ffff:169.254.169.254]', '[::127.0.0.1]', '[::ffff:0:127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b::127.0.0.1]', '[64:ff9b:1::1]',
  '[2002:7f00:1::]', '[2002:a00:1::1]', '[2001::1]', '[2001:0:4136:e378:8000:63bf:3fff:fdd2]', '[2001:db8::1]', '[2001:2::1]', '[2001:20::1]', '[100::1]',
  '[fc00::1]', '[fd00:ec2::254]', '[fdff::1]', '[fe80::1]', '[fec0::1]', '[febf::1]', '[ff02::1]', '[ff0e::1]', '[5f00::1]', '[3fff::1]', '[4000::1]',
  'localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'lo%63alhost',
];

describe('a webhook URL by itself', () => {
  it.each(privateHosts)('refuses https://%s for a client in production', (host) => {
    expect(checkTarget(`https://${host}/hooks`, 'production')?.reason).toMatch(/^(not_public|not_a_url)$/);
  });

  it.each(privateHosts)('refuses http://%s for a client in production', (host) => {
    expect(checkTarget(`http://${host}/hooks`, 'production')?.reason).toMatch(/^(not_https|not_a_url)$/);
  });

  it.each(['https://example.com/hooks', 'https://example.com:8443', 'https://93.184.215.14/hooks', 'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/', 'https://localhost.example.com/'])(
    'accepts %s everywhere', (url) => {
      for (const environment of ['production', 'development', 'test'] as const) expect(checkTarget(url, environment)).toBeUndefined();
    });

  it.each<[string, TargetEnvironment, TargetProblem['reason'] | undefined]>([
    ['http://127.0.0.1:4000/hooks', 'development', undefined],
    ['http://localhost:4000/hooks', 'test', undefined],
    ['http://[::1]:4000/hooks', 'test', undefined],
    ['http://localhost:4000/hooks', 'production', 'not_https'],
    ['https://localhost/hooks', 'production', 'not_public'],
    ['http://example.com/hooks', 'development', 'not_https'],
    ['http://10.0.0.1/hooks', 'development', 'not_https'],
    ['https://10.0.0.1/hooks', 'development', 'not_public'],
    ['https://169.254.169.254/latest', 'test', 'not_public'],
    ['https://someone:pass@example.com/', 'production', 'has_credentials'],
    ['ftp://example.com/', 'test', 'not_https'],
    ['file:///etc/passwd', 'test', 'not_https'],
    ['unix:///tmp/x.sock', 'test', 'not_https'],
    ['example.com/hooks', 'production', 'not_a_url'],
    ['', 'production', 'not_a_url'],
    ['https://', 'production', 'not_a_url'],
  ])('%s in %s: %s', (url, environment, reason) => {
    expect(checkTarget(url, environment)?.reason).toBe(reason);
  });

  it('says what to do, without repeating the URL', () => {
    expect(checkTarget('https://someone:pass@example.com/', 'production')?.message).not.toMatch(/pass@|someone/);
    expect(checkTarget('http://example.com/', 'production')?.message).toBe('webhookUrl begins with http://; use https://.');
  });
});

describe('a name at the connect', () => {
  let receiver: WebhookReceiver;
  beforeAll(async () => { receiver = await startWebhookReceiver(() => ({ status: 200 })); });
  afterAll(async () => { await receiver.close(); });

  const resolvingTo = (...rounds: (readonly string[])[]): ResolveAll => {
    let round = 0;
    return (_name, _options, done) => {
      const addresses = rounds[Math.min(round, rounds.length - 1)] ?? [];
      round += 1;
      done(null, addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })));
    };
  };
  const send = async (url: string, resolve: ResolveAll | undefined, allowed: 'public' | 'loopback' = 'public') => {
    const dispatcher = createGuardedDispatcher({ allowed, connectTimeoutMs: 1000, resolve });
    const result = await postOnce({ url, headers: {}, body: '{}', dispatcher, timeoutMs: 1000 });
    await dispatcher.destroy();
    return result;
  };
  const port = () => new URL(receiver.url).port;

  it.each([
    '127.0.0.1', '127.8.8.8', '10.1.2.3', '172.20.0.1', '192.168.1.1', '169.254.169.254', '100.100.100.200', '0.0.0.0', '224.0.0.251', '198.18.0.1', '255.255.255.255',
    '::1', '::', '::ffff:127.0.0.1', '::ffff:7f00:1', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', '64:ff9b::7f00:1', '2002:7f00:1::1', '2001:0:1::1', 'ff02::1', 'not an address',
  ])('is refused when it resolves to %s', async (address) => {
    const result = await send(`https://hooks.example:${port()}/`, resolvingTo([address]));
    expect(result).toMatchObject({ status: null, failure: 'refused_target', code: 'TARGET_REFUSED' });
  });

  it('is refused when one of its addresses is private', async () => {
    expect(await send('https://hooks.example/', resolvingTo(['93.184.215.14', '10.0.0.1']))).toMatchObject({ failure: 'refused_target' });
  });

  it('is refused when it resolves to nothing', async () => {
    expect(await send('https://hooks.example/', resolvingTo([]))).toMatchObject({ failure: 'refused_target' });
  });

  it('is judged by the answer the connect uses: a name that was public a moment ago gains nothing', async () => {
    const before = receiver.requests.length;
    const rebinding = resolvingTo(['93.184.215.14'], ['127.0.0.1']);
    await new Promise((resolve) => { rebinding('hooks.example', { all: true }, resolve); });
    expect(await send(`http://hooks.example:${port()}/`, rebinding)).toMatchObject({ failure: 'refused_target' });
    expect(receiver.requests.length).toBe(before);
  });

  it.each(['127.0.0.1', '0x7f.1', '2130706433', '0177.0.0.1', '[::ffff:127.0.0.1]'])('is no way round for the literal %s', async (host) => {
    const before = receiver.requests.length;
    expect(await send(`http://${host}:${port()}/`, undefined)).toMatchObject({ status: null, failure: 'refused_target' });
    expect(receiver.requests.length).toBe(before);
  });

  it('lets loopback through only where loopback is meant, and then nothing else', async () => {
    expect(await send(receiver.url, undefined, 'loopback')).toMatchObject({ status: 200, failure: null });
    expect(await send('http://10.0.0.1:9/', undefined, 'loopback')).toMatchObject({ failure: 'refused_target' });
    expect(await send('http://localhost:9/', resolvingTo(['10.0.0.1']), 'loopback')).toMatchObject({ failure: 'refused_target' });
  });
});
