import { createHash } from 'node:crypto';
import { isIP } from 'node:net';

/** What `io` must know of the account it serves. */
export interface RequestRules {
  /** From `hosts(config)`: `api.example.com`, or `api.example.com:8443` where the port is not 443. */
  readonly hosts: readonly string[];
  /** From the definition: POSTs that change nothing. */
  readonly readRequests: readonly { readonly method: 'POST'; readonly path: string }[];
}

/** Whether a plugin's host list names the host and port of a request. */
export const namesHost = (hosts: readonly string[], host: string, port: number): boolean => {
  const name = host.toLowerCase();
  return hosts.some((entry) => entry.toLowerCase() === (port === 443 ? name : `${name}:${String(port)}`));
};

/** A path of `readRequests` against that of a request; `{name}` stands for one segment, the query does not count. */
const pathMatches = (pattern: string, path: string): boolean => {
  const wanted = pattern.split('/');
  const found = (path.split('?')[0] ?? '').split('/');
  return (
    wanted.length === found.length &&
    wanted.every((part, at) => (/^\{[^{}]+\}$/.test(part) ? (found[at] ?? '') !== '' : part === found[at]))
  );
};

/** Whether a request only reads: GET and HEAD do, other methods only where the plugin names method and path. */
export const onlyReads = (rules: RequestRules, method: string, path: string): boolean =>
  method === 'GET' || method === 'HEAD' || rules.readRequests.some((read) => read.method === method && pathMatches(read.path, path));

/** The idempotency key among a request's headers, whatever the platform calls the header. */
export const idempotencyKeyOf = (headers: Readonly<Record<string, unknown>>): string | undefined => {
  for (const [name, value] of Object.entries(headers)) {
    if (/idempotency-?key$/i.test(name) && typeof value === 'string' && value !== '') return value;
  }
  return undefined;
};

/** What makes two requests one and the same: the idempotency key, or method, host, path and body. */
export const fingerprintsOf = (
  method: string,
  host: string,
  path: string,
  key: string | undefined,
  body: readonly Uint8Array[],
): readonly string[] => {
  const digest = createHash('sha256');
  for (const part of body) digest.update(part);
  const content = `content ${method} ${host} ${path} ${digest.digest('hex')}`;
  return key === undefined ? [content] : [content, `key ${key}`];
};

/** Whether a URL points back at this machine. */
export const isLoopback = (url: URL): boolean => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
};
