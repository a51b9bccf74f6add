import { describe, expect, it } from '@jest/globals';
import { createTargetRules, isPublicAddress } from './index.js';

describe('where webhooks may go', () => {
  it.each(['8.8.8.8', '93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946', '::ffff:8.8.8.8'])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));

  it.each([
    '127.0.0.1', '127.8.8.8', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '198.18.0.1', '192.0.2.1', '224.0.0.1',
    '255.255.255.255', '240.0.0.1', '::', '::1', 'fe80::1', 'fc00::1', 'fd12::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::a00:1', '2002:a00:1::', '2001:db8::1', '4000::1',
    'localhost', '', '1.2.3',
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));

  const [production, development] = [createTargetRules('production'), createTargetRules('development')];

  it.each(['https://merchant.example/hook', 'https://merchant.example:8443/hook?t=1', 'https://8.8.8.8/', 'https://[2606:2800:220:1:248:1893:25c8:1946]/'])('%s is taken everywhere', (url) => {
    expect(production.refusalOf(url)).toBeUndefined();
    expect(development.refusalOf(url)).toBeUndefined();
  });

  it.each(['http://127.0.0.1:4020/hook', 'http://localhost:4020/', 'http://hooks.localhost/', 'http://[::1]:4020/', 'https://127.0.0.1/', 'http://0x7f.1/', 'http://2130706433/'])(
    '%s is taken in development and test only', (url) => {
      expect(production.refusalOf(url)).toBe('an https URL of a public host');
      expect(development.refusalOf(url)).toBeUndefined();
      expect(createTargetRules('test').refusalOf(url)).toBeUndefined();
    });

  it.each([
    'http://merchant.example/', 'ftp://merchant.example/', 'https://10.0.0.1/', 'https://192.168.0.9/', 'https://169.254.169.254/latest', 'https://0xa000001/', 'https://[fd00::1]/',
    'https://[::ffff:10.0.0.1]/', 'https://printer.local/', 'https://db.internal/', 'https://intranet/', 'https://user:pw@merchant.example/', 'http://10.0.0.1/', 'javascript:1', '',
    'http://127.0.0.1.merchant.example/',
  ])('%s is refused everywhere', (url) => {
    expect(production.refusalOf(url)).toMatch(/^an https URL/);
    expect(development.refusalOf(url)).toMatch(/^an https URL/);
  });

  it('looks at what DNS answers, and lets a name that does not resolve be tried at send', async () => {
    const rules = createTargetRules('production', async (host) => {
      if (host === 'mixed.example') return ['8.8.8.8', '10.0.0.1'];
      if (host === 'public.example') return ['8.8.8.8'];
      throw new Error('ENOTFOUND');
    });
    expect(await rules.refusalNow('https://public.example/')).toBeUndefined();
    expect(await rules.refusalNow('https://mixed.example/')).toBe('an https URL of a public host; this one resolves to an address that is not public');
    expect(await rules.refusalNow('https://unknown.example/')).toBeUndefined();
  });

  it('lets a URL that names loopback lead only there, outside production, and any other never', () => {
    const [named, other] = ['http://localhost:4020/', 'https://merchant.example/'];
    expect([production, development].map((rules) => ['127.0.0.1', '8.8.8.8', '10.0.0.1'].map((address) => rules.allowsAddress(named, address)))).toEqual([[false, false, false], [true, false, false]]);
    expect([production, development].map((rules) => ['127.0.0.1', '8.8.8.8', '10.0.0.1'].map((address) => rules.allowsAddress(other, address)))).toEqual([[false, true, false], [false, true, false]]);
  });
});
