import type { IncomingHttpHeaders } from 'node:http';
import { basicUserOf } from '../../../core/connector-kit/testing/index.js';
import { type ApiKey, maskedKey, mayUse } from './api-keys.js';
import { fact } from './fact.js';
import type { FakePlatform } from './platform.js';
import type { Route } from './route.js';
import { invalidRequest } from './stripe-failure.js';

const keyOf = (headers: IncomingHttpHeaders): string =>
  headers.authorization?.startsWith('Bearer ') === true ? headers.authorization.slice(7) : basicUserOf(headers);

/** fact('request.wrong_key') */
export const authenticate = (platform: FakePlatform, headers: IncomingHttpHeaders): ApiKey => {
  const given = keyOf(headers);
  if (given === '') {
    throw invalidRequest({
      fact: fact('request.wrong_key'),
      status: 401,
      message: "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    });
  }
  const key = platform.keys.get(given);
  if (key === undefined) throw invalidRequest({
    fact: fact('request.wrong_key'),
    status: 401,
    message: `Invalid API Key provided: ${maskedKey(given)}`,
  });
  const account = headers['stripe-account'];
  if (account !== undefined && account !== platform.account.accountId) {
    throw invalidRequest({
      fact: fact('request.other_account'), status: 403, code: 'account_invalid',
      message: `The provided key '${maskedKey(given)}' does not have access to account '${String(account)}' (or that account does not exist). Application access may have been revoked.`,
    });
  }
  return key;
};

/** fact('request.missing_permission') */
export const authorize = (platform: FakePlatform, key: ApiKey, { resource, access }: Route): void => {
  if (mayUse(key, resource, access)) return;
  throw invalidRequest({
    fact: fact('request.missing_permission'), status: 403,
    message: `The provided key '${maskedKey(key.key)}' does not have the required permissions for this endpoint on account '${platform.account.accountId}'. Having the '${resource}_${access}' permission would allow this request to continue.`,
  });
};
