import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { HubEnvironment } from '../configuration/index.js';

/** Where the sockets of a webhook may lead. */
export type TargetReach = 'public' | 'loopback';

/**
 * Whether a webhook URL may be used. `reach`: which addresses its host may be or resolve to, to be held against every connect with `isAllowedAddress`.
 * `expected` is what the URL must be ("an https URL …"), fit for an answer; it repeats nothing of the URL and names no address.
 */
export type TargetVerdict =
  | { readonly allowed: true; readonly reach: TargetReach }
  | { readonly allowed: false; readonly reason: 'not_a_url' | 'not_https' | 'has_credentials' | 'not_public'; readonly expected: string };

// ipaddr.js calls all of IPv6 unicast that no special range names; the internet routes only this block (RFC 4291, IANA registry)
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address in canonical notation may be connected to. `public`: global unicast of IPv4 or IPv6; an IPv4 address inside an IPv6 one is judged as
 * IPv4, and transition prefixes are refused, as they lead to addresses that cannot be judged. `loopback`: nothing but loopback. What is no address, or has a
 * zone, is refused.
 */
export const isAllowedAddress = (address: string, reach: TargetReach): boolean => {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const parsed = ipaddr.process(address);
  switch (reach) {
    case 'loopback': return parsed.range() === 'loopback';
    case 'public': return parsed.range() === 'unicast' && (parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast));
  }
};

/** As the resolver is given it. The URL parser has already turned 0x7f.1, 2130706433 and ①②⑦.1 into dotted form, and letters into lower case. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');

const namesLoopback = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost') || isAllowedAddress(host, 'loopback');

/** Names that only a private network knows: without a dot, or under a suffix kept for such networks. */
const isPrivateName = (host: string): boolean => !host.includes('.') || /\.(local|internal|lan|home\.arpa)$/.test(host);

const expectedIn = (environment: HubEnvironment): string =>
  `an https URL of a public host${environment === 'production' ? '' : ', or a loopback http URL'}`;

/**
 * Judges a webhook URL by its text: https to a public host, without user and password; outside production also loopback where the URL itself names it, over
 * http too. To be asked when a URL is saved and again at each send. A name is judged further by the addresses it resolves to, at each connect.
 */
export const judgeTarget = (text: string, environment: HubEnvironment): TargetVerdict => {
  const expected = expectedIn(environment);
  if (!URL.canParse(text)) return { allowed: false, reason: 'not_a_url', expected };
  const url = new URL(text);
  const host = hostOf(url);
  const reach: TargetReach = environment !== 'production' && namesLoopback(host) ? 'loopback' : 'public';
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && reach === 'loopback')) return { allowed: false, reason: 'not_https', expected };
  if (url.username !== '' || url.password !== '') return { allowed: false, reason: 'has_credentials', expected: `${expected}, without user and password` };
  const leadsThere = isIP(host) === 0 ? reach === 'loopback' || !(namesLoopback(host) || isPrivateName(host)) : isAllowedAddress(host, reach);
  return leadsThere ? { allowed: true, reach } : { allowed: false, reason: 'not_public', expected };
};

/** As `judgeTarget`, and with what DNS says now. A name that does not resolve within 2 s is not refused: each send asks again. */
export const judgeTargetNow = async (
  text: string, environment: HubEnvironment, resolve: (hostname: string) => Promise<readonly string[]> = resolveAll,
): Promise<TargetVerdict> => {
  const verdict = judgeTarget(text, environment);
  if (!verdict.allowed) return verdict;
  const host = hostOf(new URL(text));
  const addresses = isIP(host) === 0 ? await resolve(host).catch(() => []) : [host];
  if (addresses.every((address) => isAllowedAddress(address, verdict.reach))) return verdict;
  return { allowed: false, reason: 'not_public', expected: `${expectedIn(environment)}; this one resolves to an address that is not public` };
};

const RESOLVE_MS = 2_000;

const resolveAll = async (hostname: string): Promise<readonly string[]> => {
  let alarm: NodeJS.Timeout | undefined;
  const late = new Promise<never[]>((settle) => { alarm = setTimeout(() => settle([]), RESOLVE_MS); });
  try {
    return await Promise.race([lookup(hostname, { all: true }).then((found) => found.map(({ address }) => address)), late]);
  } finally {
    clearTimeout(alarm);
  }
};
