import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { isAllowedAddress, type TargetReach } from '../clients/index.js';

/** A connection was refused because its address is not one a webhook may lead to. */
export class TargetRefusedError extends Error {
  override readonly name = 'TargetRefusedError';
  readonly code = 'TARGET_REFUSED';
}

/** Resolves a name to all its addresses, as `dns.lookup` with `all` does. */
export type ResolveAll = (hostname: string, options: LookupOptions & { readonly all: true }, done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void) => void;

type LookupDone = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

const refused = () => new TargetRefusedError('The address of the webhook target is not one the hub may connect to.');

/**
 * Sockets that reach only allowed addresses. A literal host is judged before the connect; a name is judged by what the resolver
 * answers for this very connect, and that answer is what is connected to, so that a name that changes between a check and the
 * connect gains nothing. One refused address refuses the name.
 */
export const createGuardedDispatcher = (options: { readonly reach: TargetReach; readonly connectTimeoutMs: number; readonly resolve?: ResolveAll | undefined }): Dispatcher => {
  const resolve: ResolveAll = options.resolve ?? systemLookup;
  const lookup = (hostname: string, lookupOptions: LookupOptions, done: LookupDone): void => {
    resolve(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
      if (error) { done(error, []); return; }
      const first = addresses[0];
      if (!first || !addresses.every(({ address }) => isAllowedAddress(address, options.reach))) { done(refused(), []); return; }
      if (lookupOptions.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
  const connect = buildConnector({ lookup, timeout: options.connectTimeoutMs, allowH2: false });
  return new Agent({
    connect: (target, done) => {
      const host = target.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0 && !isAllowedAddress(host, options.reach)) { done(refused(), null); return; }
      connect(target, done);
    },
    // a merchant's own lane bounds its requests; sockets are not queued behind another merchant of the same host
    connections: null,
    pipelining: 1,
  });
};
