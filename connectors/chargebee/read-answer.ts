import { PlatformError } from '../../core/connector-kit/index.js';
import { retryAfterMs } from './to-platform-error.js';

/**
 * Hands an answer on to the SDK only if it is JSON that an API would give; everything else is told here with its real status, which the SDK
 * would lose.
 */
export const answerOrError = async (answer: Response): Promise<Response> => {
  const text = await answer.text();
  const { status } = answer;
  if (isObject(text) && (status < 300 || status >= 400)) return new Response(text, { status, headers: answer.headers });
  if (status === 429) {
    const wait = retryAfterMs(answer.headers.get('retry-after'));
    throw new PlatformError('Something before Chargebee asked us to slow down.', { code: 'rate_limited', reached: 'yes', ...wait });
  }
  const code = status >= 500 ? 'platform_down' : 'unexpected_answer';
  throw new PlatformError(`Chargebee answered ${status} with a body that is no JSON object.`, { code, reached: 'unknown' });
};

const isObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};
