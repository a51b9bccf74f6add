import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { fact } from './fact.js';
import type { ApiKey, FakePlatform } from './platform.js';
import { refusal } from './recurly-failure.js';

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
  throw refusal({ fact: fact('request.wrong_key'), status: 401, type: 'unauthorized', message: 'The API key was not valid.' });
};

/** fact('request.invalid_permissions') */
export const authorize = ({ kind }: ApiKey): void => {
  if (kind === 'private') return;
  throw refusal({
    fact: fact('request.invalid_permissions'), status: 403, type: 'invalid_permissions', message: 'The API key is not permitted to do this.',
  });
};

const VERSION = 'v2021-02-25';

/** fact('request.accept') fact('request.api_version') */
export const checkVersion = ({ switches }: FakePlatform, headers: IncomingHttpHeaders): void => {
  const version = /application\/vnd\.recurly\.(v[\d-]+)/.exec(headers.accept ?? '')?.[1];
  if (version === VERSION) return;
  if (version !== undefined) {
    throw refusal({ fact: fact('request.api_version'), status: 406, type: 'unknown_api_version', message: `The API version ${version} is not known.` });
  }
  if (switches.acceptRule === 'served') return;
  throw refusal({
    fact: fact('request.accept'), status: 406, type: 'invalid_api_version', message: `Accept must be application/vnd.recurly.${VERSION}.`,
  });
};

/** fact('request.content_type') */
export const checkContentType = (headers: IncomingHttpHeaders, body: string): void => {
  if (body === '' || /^application\/json\b/i.test(headers['content-type'] ?? '')) return;
  throw refusal({ fact: fact('request.content_type'), status: 400, type: 'invalid_content_type', message: 'Content-Type must be application/json.' });
};
