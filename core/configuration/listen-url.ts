import { isIPv6 } from 'node:net';

/** The URL of a listen address as a person on the same machine types it: "every interface" becomes loopback. */
export const listenUrl = (host: string, port: number): string => {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${String(port)}`;
};
