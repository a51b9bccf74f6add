/**
 * Hosts that are not public, in the spellings a URL may give them. For tests of where webhooks may go: refused at save and at send for a client in
 * production.
 */
export const privateHosts: readonly string[] = [
  // IPv4 in dotted, short, octal, hexadecimal, whole and full-width notation
  '127.0.0.1', '127.0.0.1.', '127.1', '127.0.1', '127.8.8.8', '127.255.255.254', '0x7f.1', '0x7f000001', '0X7F.0.0.1', '2130706433', '017700000001', '0177.0.0.1',
  '0177.1', '0x7f.0x0.0x0.0x1', '%31%32%37.0.0.1', '１２７.０.０.１', '127。0。0。1', '①②⑦.⓪.⓪.①', '0', '0.0.0.0', '0x0', '00', '0.1.2.3',
  '10.0.0.1', '10.1.2.3', '10.255.255.255', '0xa.1', '0xa000001', '012.0.0.1', '172.16.0.1', '172.31.255.255', '0xac100001', '192.168.0.1', '192.168.0.9',
  '192.168.1', '3232235521', '169.254.169.254', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '169.254.43518', '100.64.0.1', '100.127.255.255',
  '198.18.0.1', '198.19.255.255', '192.0.0.1', '192.0.2.1', '198.51.100.1', '203.0.113.1', '192.88.99.1', '224.0.0.1', '239.255.255.255', '240.0.0.1',
  '255.255.255.255',
  // IPv6, IPv4 within it, and prefixes that lead to addresses elsewhere
  '[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[0000:0000:0000:0000:0000:0000:0000:0001]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:7f00:0001]',
  '[::ffff:10.0.0.1]', '[::ffff:169.254.169.254]', '[::127.0.0.1]', '[::ffff:0:127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b::127.0.0.1]', '[64:ff9b::a00:1]',
  '[64:ff9b:1::1]', '[2002:7f00:1::]', '[2002:a00:1::]', '[2002:a00:1::1]', '[2001::1]', '[2001:0:4136:e378:8000:63bf:3fff:fdd2]', '[2001:db8::1]',
  '[2001:2::1]', '[2001:20::1]', '[100::1]', '[fc00::1]', '[fd00::1]', '[fd00:ec2::254]', '[fd12::1]', '[fdff::1]', '[fe80::1]', '[fec0::1]', '[febf::1]',
  '[ff02::1]', '[ff0e::1]', '[5f00::1]', '[3fff::1]', '[4000::1]', '[2606:2800:220:1:248:1893:25c8:1946%25eth0]',
  // names that only this machine or a private network knows
  'localhost', 'LOCALHOST', 'localhost.', 'localhost..', 'a.localhost', 'hooks.localhost', 'lo%63alhost', 'printer.local', 'printer.local.', 'db.internal',
  'metadata.google.internal', 'router.lan', 'nas.home.arpa', 'intranet', 'intranet.',
];

/** What a resolver may answer that must not be connected to for a public name; the last ones are no addresses in canonical notation at all. */
export const privateAddresses: readonly string[] = [
  '127.0.0.1', '127.8.8.8', '0.0.0.0', '10.0.0.1', '10.1.2.3', '172.16.0.1', '172.20.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1',
  '100.100.100.200', '198.18.0.1', '192.0.2.1', '224.0.0.1', '224.0.0.251', '240.0.0.1', '255.255.255.255', '::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1',
  '::ffff:10.0.0.1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12::1', 'fd00:ec2::254', 'ff02::1', '64:ff9b::7f00:1', '64:ff9b::a00:1', '2002:7f00:1::1',
  '2002:a00:1::', '2001:0:1::1', '2001:db8::1', '4000::1', '2606:2800:220:1:248:1893:25c8:1946%eth0', 'localhost', '', '1.2.3', 'not an address',
];

/** Public hosts as a URL gives them. */
export const publicHosts: readonly string[] = [
  'example.com', 'merchant.example', 'merchant.example.', 'localhost.example.com', '8.8.8.8', '93.184.215.14', '[2606:2800:21f:cb07:6820:80da:af6b:8b2c]', '[::ffff:8.8.8.8]',
];
