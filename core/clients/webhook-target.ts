import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { HubEnvironment } from '../configuration/index.js';

// ipaddr.js calls all of IPv6 unicast that no special range names; the internet routes only this block (RFC 4291)
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an address may be reached from the public internet: not private, loopback, link-local, shared, reserved, multicast or a tunnel to such. */
export const isPublicAddress = (address: string): boolean => {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(globalUnicast));
};

const isLoopback = (address: string): boolean => isIP(address) !== 0 && ipaddr.process(address).range() === 'loopback';

/** Where webhooks may be sent. To be asked when a URL is saved, and again at each send for the address that is connected to. */
export interface TargetRules {
  /** Why a URL is refused as far as its text tells, as an expectation ("an https URL …"); undefined when it may be tried. */
  refusalOf(url: string): string | undefined;
  /** Whether `address`, which the host of `url` is or resolves to, may be connected to. A URL that names loopback leads only there, any other never. */
  allowsAddress(url: string, address: string): boolean;
  /** As `refusalOf`, and with what DNS says now. A name that does not resolve within 2 s is not refused: each send asks again. */
  refusalNow(url: string): Promise<string | undefined>;
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

const namesLoopback = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost') || isLoopback(host);

/** The rules of an environment: https to public addresses; outside production also loopback where the URL says so, over http too. */
export const createTargetRules = (env: HubEnvironment, resolve: (hostname: string) => Promise<readonly string[]> = resolveAll): TargetRules => {
  const local = env !== 'production';
  const expected = `an https URL of a public host${local ? ', or a loopback http URL' : ''}`;

  const refusalOf = (text: string): string | undefined => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || url.username !== '' || url.password !== '') return `${expected}, without user and password`;
    const host = hostOf(url);
    if (namesLoopback(host)) return local && (url.protocol === 'http:' || url.protocol === 'https:') ? undefined : expected;
    if (url.protocol !== 'https:') return expected;
    // the URL parser has already turned 0x7f.1 and 2130706433 into dotted form
    if (isIP(host) !== 0) return isPublicAddress(host) ? undefined : expected;
    return /\.(local|internal|lan|home\.arpa)$/.test(host) || !host.includes('.') ? expected : undefined;
  };

  const allowsAddress = (text: string, address: string): boolean =>
    URL.canParse(text) && (namesLoopback(hostOf(new URL(text))) ? local && isLoopback(address) : isPublicAddress(address));

  const refusalNow = async (text: string): Promise<string | undefined> => {
    const refusal = refusalOf(text);
    if (refusal !== undefined) return refusal;
    const host = hostOf(new URL(text));
    const addresses = isIP(host) === 0 ? await resolve(host).catch(() => []) : [host];
    return addresses.every((address) => allowsAddress(text, address)) ? undefined : `${expected}; this one resolves to an address that is not public`;
  };
  return Object.freeze({ refusalOf, allowsAddress, refusalNow });
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
