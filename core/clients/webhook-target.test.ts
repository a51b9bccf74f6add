import { describe, expect, it } from '@jest/globals';
import { privateAddresses, privateHosts, publicHosts } from '../../test/support/target-spellings.js';
import type { HubEnvironment } from '../configuration/index.js';
import { isAllowedAddress, judgeTarget } from './index.js';
import { judgeTargetNow } from './webhook-target.js';

const environments = ['production', 'development', 'test'] as const;
type Reason = 'not_a_url' | 'not_https' | 'has_credentials' | 'not_public';
const reasonOf = (url: string, environment: HubEnvironment): Reason | undefined => {
  const verdict = judgeTarget(url, environment);
  return verdict.allowed ? undefined : verdict.reason;
};

describe('an address', () => {
  it.each(['8.8.8.8', '93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946', '::ffff:8.8.8.8'])('%s is public', (address) => {
    expect(isAllowedAddress(address, 'public')).toBe(true);
    expect(isAllowedAddress(address, 'loopback')).toBe(false);
  });

  it.each(privateAddresses)('%s is not public', (address) => expect(isAllowedAddress(address, 'public')).toBe(false));

  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1'])('%s is loopback', (address) => expect(isAllowedAddress(address, 'loopback')).toBe(true));

  it.each(['10.0.0.1', '0.0.0.0', '::', '64:ff9b::7f00:1', '2002:7f00:1::1', 'localhost', '127.1'])('%s is not loopback', (address) => {
    expect(isAllowedAddress(address, 'loopback')).toBe(false);
  });
});

describe('a webhook URL by its text', () => {
  it.each(privateHosts)('is refused for a client in production at https://%s', (host) => {
    expect(reasonOf(`https://${host}/hooks`, 'production')).toMatch(/^(not_public|not_a_url)$/);
    expect(reasonOf(`http://${host}/hooks`, 'production')).toMatch(/^(not_https|not_a_url)$/);
  });

  it.each(publicHosts)('is taken everywhere at https://%s, and leads to public addresses only', (host) => {
    for (const environment of environments) {
      expect(judgeTarget(`https://${host}/hooks?t=1`, environment)).toEqual({ allowed: true, reach: 'public' });
      expect(judgeTarget(`https://${host}:8443`, environment)).toEqual({ allowed: true, reach: 'public' });
      expect(reasonOf(`http://${host}/`, environment)).toBe('not_https');
    }
  });

  it.each([
    'http://127.0.0.1:4020/hook', 'http://localhost:4020/', 'http://hooks.localhost/', 'http://[::1]:4020/', 'https://127.0.0.1/', 'https://localhost/', 'http://0x7f.1/', 'http://2130706433/',
  ])('is taken outside production where it names loopback, and leads nowhere else: %s', (url) => {
    expect(reasonOf(url, 'production')).toBe(url.startsWith('https:') ? 'not_public' : 'not_https');
    for (const environment of ['development', 'test'] as const) expect(judgeTarget(url, environment)).toEqual({ allowed: true, reach: 'loopback' });
  });

  it.each<[string, Reason]>([
    ['http://merchant.example/', 'not_https'],
    ['http://127.0.0.1.merchant.example/', 'not_https'],
    ['http://10.0.0.1/hooks', 'not_https'],
    ['https://10.0.0.1/hooks', 'not_public'],
    ['https://192.168.0.9/', 'not_public'],
    ['https://169.254.169.254/latest', 'not_public'],
    ['https://0xa000001/', 'not_public'],
    ['https://[fd00::1]/', 'not_public'],
    ['https://[::ffff:10.0.0.1]/', 'not_public'],
    ['https://printer.local/', 'not_public'],
    ['https://db.internal/', 'not_public'],
    ['https://intranet/', 'not_public'],
    ['https://someone:pass@example.com/', 'has_credentials'],
    ['https://someone@example.com/', 'has_credentials'],
    ['ftp://example.com/', 'not_https'],
    ['file:///etc/passwd', 'not_https'],
    ['unix:///tmp/x.sock', 'not_https'],
    ['javascript:1', 'not_https'],
    ['example.com/hooks', 'not_a_url'],
    ['https://', 'not_a_url'],
    ['', 'not_a_url'],
  ])('is refused everywhere: %s, as %s', (url, reason) => {
    for (const environment of environments) expect(reasonOf(url, environment)).toBe(reason);
  });

  it('is told what it must be, and is not repeated', () => {
    const expectedOf = (url: string, environment: HubEnvironment) => judgeTarget(url, environment);
    expect(expectedOf('http://merchant.example/', 'production')).toMatchObject({ expected: 'an https URL of a public host' });
    expect(expectedOf('http://merchant.example/', 'development')).toMatchObject({ expected: 'an https URL of a public host, or a loopback http URL' });
    expect(expectedOf('https://someone:pass@example.com/', 'production')).toMatchObject({ expected: 'an https URL of a public host, without user and password' });
  });
});

describe('a webhook URL by what DNS says', () => {
  const resolve = async (host: string) => {
    if (host === 'mixed.example') return ['8.8.8.8', '10.0.0.1'];
    if (host === 'public.example') return ['8.8.8.8'];
    if (host === 'localhost') return ['127.0.0.1', '10.0.0.1'];
    throw new Error('ENOTFOUND');
  };
  const judge = (url: string, environment: HubEnvironment) => judgeTargetNow(url, environment, resolve);

  it('is refused when one of its addresses is not public', async () => {
    expect(await judge('https://public.example/', 'production')).toEqual({ allowed: true, reach: 'public' });
    expect(await judge('https://mixed.example/', 'production')).toEqual({
      allowed: false, reason: 'not_public', expected: 'an https URL of a public host; this one resolves to an address that is not public',
    });
  });

  it('is let through to be tried at send when the name does not resolve', async () => {
    expect(await judge('https://unknown.example/', 'production')).toEqual({ allowed: true, reach: 'public' });
  });

  it('leads to loopback and nowhere else when it names loopback', async () => {
    expect(await judge('http://127.0.0.1:4020/', 'development')).toEqual({ allowed: true, reach: 'loopback' });
    expect(await judge('http://localhost:4020/', 'development')).toMatchObject({ allowed: false, reason: 'not_public' });
    expect(await judge('http://localhost:4020/', 'production')).toMatchObject({ allowed: false, reason: 'not_https' });
  });
});
