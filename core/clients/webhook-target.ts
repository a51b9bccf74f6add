import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { HubEnvironment } from '../configuration/index.js';

/** Whether an address may be reached from the public internet: not private, loopback, link-local, shared, reserved, multicast or a tunnel to such. */
export const isPublicAddress = (address: string): boolean => isIP(address) !== 0 && ipaddr.process(address).range() === 'unicast';

const isLoopback = (address: string): boolean => isIP(address) !== 0 && ipaddr.process(address).range() === 'loopback';

/** Where webhooks may be sent. To be asked when a URL is saved, and again at each send for the address that is connected to. */
export interface TargetRules {
  /** Why a URL is refused as far as its text tells, as an expectation ("an https URL"); undefined when it may be tried. */
  refusalOf(url: string): string | undefined;
  /** Whether an IP address, given literally or found by DNS, may be connected to. */
  allowsAddress(address: string): boolean;
  /** As `refusalOf`, and with what DNS says now. A name that does not resolve within 2 s is not refused: each send asks again. */
  refusalNow(url: string): Promise<string | undefined>;
}

/** The rules of an environment: https to public addresses; outside production also loopback, over http too. */
export const createTargetRules = (env: HubEnvironment, resolve: (hostname: string) => Promise<readonly string[]> = resolveAll): TargetRules => {
  const local = env !== 'production';
  const expected = `an https URL of a public host${local ? ', or a loopback http URL' : ''}`;
  const allowsAddress = (address: string) => isPublicAddress(address) || (local && isLoopback(address));

  const refusalOf = (text: string): string | undefined => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || url.username !== '' || url.password !== '') return `${expected}, without user and password`;
    const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
    const loopback = host === 'localhost' || host.endsWith('.localhost') || isLoopback(host);
    if (loopback) return local && (url.protocol === 'http:' || url.protocol === 'https:') ? undefined : expected;
    if (url.protocol !== 'https:') return expected;
    // the URL parser has already turned 0x7f.1 and 2130706433 into dotted form
    if (isIP(host) !== 0) return isPublicAddress(host) ? undefined : expected;
    return /\.(local|internal|lan|home\.arpa)$/.test(host) || !host.includes('.') ? expected : undefined;
  };

  const refusalNow = async (text: string): Promise<string | undefined> => {
    const refusal = refusalOf(text);
    if (refusal !== undefined) return refusal;
    const host = new URL(text).hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host) !== 0 ? [host] : await resolve(host).catch(() => []);
    return addresses.every(allowsAddress) ? undefined : `${expected}; this one resolves to an address inside a private network`;
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
