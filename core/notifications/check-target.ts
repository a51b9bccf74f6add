import ipaddr from 'ipaddr.js';

/** Where a client runs: plain http to loopback is allowed only in the last two. */
export type TargetEnvironment = 'production' | 'development' | 'test';

/** Why a webhook URL is refused. `message` is fit for an API answer and names no address found by resolving. */
export interface TargetProblem {
  readonly reason: 'not_a_url' | 'not_https' | 'has_credentials' | 'not_public';
  readonly message: string;
}

/** Which addresses a target may lead to. */
export type AllowedAddresses = 'public' | 'loopback';

/** The host of a URL as it is given to the resolver: no brackets, no trailing dot, lower case. */
const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '').toLowerCase();

const saysLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback');

/** Which addresses this URL may lead to: loopback only where the client is not in production and the URL names loopback itself. */
export const allowedAddresses = (url: URL, environment: TargetEnvironment): AllowedAddresses =>
  environment !== 'production' && saysLoopback(bareHost(url)) ? 'loopback' : 'public';

// ipaddr.js calls every IPv6 address unicast that no special range names; the internet routes only this block (RFC 4291, IANA registry)
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address in canonical notation may be connected to. Public means global unicast of IPv4 or IPv6; an IPv4 address
 * inside an IPv6 one is judged as IPv4, and transition prefixes are refused, as they lead to addresses we cannot judge.
 */
export const isAllowedAddress = (address: string, allowed: AllowedAddresses): boolean => {
  const bare = address.replace(/%.*$/, '');
  if (!ipaddr.isValid(bare)) return false;
  const parsed = ipaddr.process(bare);
  if (allowed === 'loopback') return parsed.range() === 'loopback';
  return parsed.range() === 'unicast' && (parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast));
};

/**
 * Judges a webhook URL by itself, without resolving its name: https only, no user name or password, and a literal host must be a
 * public unicast address in whatever spelling. Undefined when nothing speaks against it. A name is judged again by the addresses
 * it resolves to, at each connect.
 */
export const checkTarget = (url: string, environment: TargetEnvironment): TargetProblem | undefined => {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return { reason: 'not_a_url', message: 'webhookUrl is not a URL; give an absolute https URL such as https://example.com/hooks.' };
  }
  const allowed = allowedAddresses(parsed, environment);
  const secure = parsed.protocol === 'https:' || (parsed.protocol === 'http:' && allowed === 'loopback');
  if (!secure) {
    return { reason: 'not_https', message: `webhookUrl begins with ${parsed.protocol}//; use https://.` };
  }
  if (parsed.username !== '' || parsed.password !== '') {
    return { reason: 'has_credentials', message: 'webhookUrl contains a user name or password; take them out and verify the signature instead.' };
  }
  const host = bareHost(parsed);
  const literal = ipaddr.isValid(host);
  const refused = literal ? !isAllowedAddress(host, allowed) : allowed === 'public' && (host === '' || saysLoopback(host));
  if (refused) {
    return { reason: 'not_public', message: 'webhookUrl leads to an address that is not public; use a host that is reachable from the internet.' };
  }
  return undefined;
};
