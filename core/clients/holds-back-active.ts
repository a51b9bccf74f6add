import type { HealthFinding } from '../connector-kit/index.js';

/**
 * Whether a finding keeps a connection from being active (specification 8.3). What is wrong with the credentials or the platform does: a charge would fail,
 * or nobody knows. The other two do not: an account without our endpoint may have its webhooks forwarded by a tool, as the platform's own CLI does, and
 * retries of the platform are read before each charge and counted, so that they cost tries and never a second payment.
 */
export const holdsBackActive = ({ code }: HealthFinding): boolean => {
  switch (code) {
    case 'wrong_key':
    case 'missing_permission':
    case 'wrong_mode':
    case 'platform_down':
      return true;
    case 'webhook_missing':
    case 'platform_retries_on':
      return false;
  }
};
