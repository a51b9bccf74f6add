import type { IncomingHttpHeaders } from 'node:http';
import { basicUserOf, keyAmong } from '../../../core/connector-kit/testing/index.js';
import { refusal } from './chargebee-failure.js';
import { fact } from './fact.js';
import type { ApiKey, FakePlatform } from './platform.js';
import type { Route } from './route.js';

/** fact('request.wrong_key') */
export const authenticate = (platform: FakePlatform, headers: IncomingHttpHeaders): ApiKey => {
  const found = keyAmong(platform.keys.values(), basicUserOf(headers));
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
