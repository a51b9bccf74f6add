import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { refusal } from './chargebee-failure.js';
import { fact } from './fact.js';
import type { ApiKey, FakePlatform } from './platform.js';
import type { Route } from './route.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The user name of HTTP Basic; the password is empty and not looked at. */
const keyOf = (headers: IncomingHttpHeaders): string => {
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(' ');
  if (scheme.toLowerCase() !== 'basic') return '';
  return Buffer.from(value, 'base64').toString('utf8').split(':')[0] ?? '';
};

/** fact('request.wrong_key') */
export const authenticate = (platform: FakePlatform, headers: IncomingHttpHeaders): ApiKey => {
  const given = digest(keyOf(headers));
  const found = [...platform.keys.values()].find(({ key }) => timingSafeEqual(digest(key), given));
  if (found !== undefined) return found;
  throw refusal({
    fact: fact('request.wrong_key'), status: 401, code: 'api_authentication_failed', message: 'Sorry, authentication failed. Invalid api key',
  });
};

/** Each site has its own address: fact('request.site_not_found') */
export const checkSite = (platform: FakePlatform, headers: IncomingHttpHeaders): void => {
  const found = /^([^.:]+)\.chargebee\.com(?::\d+)?$/.exec(headers.host ?? '')?.[1];
  if (found === undefined || found === platform.site.name) return;
  throw refusal({ fact: fact('request.site_not_found'), status: 404, code: 'site_not_found', message: `Sorry, the site ${found} was not found` });
};

/** fact('request.missing_permission') fact('request.key_kinds') */
export const authorize = ({ kind }: ApiKey, route: Route): void => {
  if (kind === 'full_access') return;
  const mayRead = kind === 'read_only' || (kind === 'read_only_without_transactions' && route.data !== 'transactional');
  if (route.method === 'GET' && mayRead) return;
  throw refusal({
    fact: fact('request.missing_permission'), status: 403, code: 'api_authorization_failed',
    message: 'The API key does not have the permission for this operation.',
  });
};
