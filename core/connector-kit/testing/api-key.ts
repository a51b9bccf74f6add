import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The user name of HTTP Basic, where many platforms take an API key; empty where there is none. The password is not looked at. */
export const basicUserOf = ({ authorization = '' }: IncomingHttpHeaders): string => {
  const [scheme = '', value = ''] = authorization.split(' ');
  return scheme.toLowerCase() === 'basic' ? (Buffer.from(value, 'base64').toString('utf8').split(':')[0] ?? '') : '';
};

/** The key of an account that was given, looked for in constant time; undefined: there is none like it. */
export const keyAmong = <Key extends { readonly key: string }>(keys: Iterable<Key>, given: string): Key | undefined => {
  const wanted = digest(given);
  return [...keys].find(({ key }) => timingSafeEqual(digest(key), wanted));
};
