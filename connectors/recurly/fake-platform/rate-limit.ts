import { fact } from './fact.js';
import type { FakePlatform } from './platform.js';
import { refusal } from './recurly-failure.js';

const WINDOW_MS = 300_000;

/** fact('request.rate_limit_counts') */
const perMinuteOf = ({ site, switches }: FakePlatform): number => switches.requestsPerMinute ?? (site.mode === 'production' ? 1000 : 400);

const counted = ({ site, requests }: FakePlatform): readonly number[] => {
  const since = Date.now() - WINDOW_MS;
  return requests.filter(({ method }) => site.mode !== 'production' || method === 'GET').map(({ at }) => Date.parse(at)).filter((at) => at > since);
};

/** What every answer tells: fact('request.rate_limit_headers') */
export const rateHeaders = (platform: FakePlatform): Readonly<Record<string, string>> => {
  const allowed = perMinuteOf(platform) * (WINDOW_MS / 60_000);
  const seen = counted(platform);
  const reset = (seen[0] ?? Date.now()) + WINDOW_MS;
  return {
    'x-ratelimit-limit': String(allowed),
    'x-ratelimit-remaining': String(Math.max(0, allowed - seen.length)),
    'x-ratelimit-reset': String(Math.ceil(reset / 1000)),
  };
};

/** fact('request.rate_limited') fact('request.retry_after') */
export const checkRate = (platform: FakePlatform): void => {
  if (platform.switches.requestsPerMinute === null) return;
  if (counted(platform).length <= perMinuteOf(platform) * (WINDOW_MS / 60_000)) return;
  const { retryAfterSeconds: wait } = platform.switches;
  throw refusal({
    fact: fact('request.rate_limited'), status: 429, type: 'rate_limited', message: 'Too many requests.',
    headers: { ...rateHeaders(platform), ...(wait === null ? {} : { 'retry-after': String(wait) }) },
  });
};
