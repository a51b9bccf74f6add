import { isDeepStrictEqual } from 'node:util';
import { ulid } from 'ulid';
import type { Connection, HealthFinding, PlatformError } from '../connector-kit/index.js';
import type { CheckedConnection } from './check-connection.js';
import type { Desk } from './desk.js';

/** How long a platform may take to say what it thinks of a connection, all its questions together. */
const ASK_MS = 10_000;

/**
 * What a platform says about a connection that is not stored yet: its connector's `checkHealth`, allowed to read only. Does not throw for what the platform
 * does: one that cannot be asked is a finding too.
 */
export const askHealth = async (
  desk: Pick<Desk, 'registry' | 'clock'>, connector: { readonly slug: string; readonly displayName: string }, asked: Omit<Connection<unknown>, 'connectionId'>, mostMs = ASK_MS,
): Promise<readonly HealthFinding[]> => {
  // under an id of its own: the stored connection keeps its open session, and no token minted with other credentials answers for these
  const use = desk.registry.useConnector(connector.slug, { ...asked, connectionId: ulid() }, { connectionMode: 'observe', revision: 'asked' });
  const answer = await use.checkHealth({ deadline: new Date(desk.clock.wallNow().getTime() + Math.min(ASK_MS, mostMs)) });
  return answer.ok ? answer.value.findings : [findingOf(answer.error, connector.displayName)];
};

/** Asks the platform about a connection that is being set, and again only when what it would be asked with has changed meanwhile. */
export const askOnce = (desk: Desk, clientId: string, slug: string) => {
  let last: { readonly checked: CheckedConnection; readonly findings: readonly HealthFinding[] } | undefined;
  return async (checked: CheckedConnection): Promise<readonly HealthFinding[]> => {
    const { displayName, accountMode, config, parsed } = checked;
    if (last !== undefined && last.checked.accountMode === accountMode && isDeepStrictEqual(last.checked.config, config)) return last.findings;
    last = { checked, findings: await askHealth(desk, { slug, displayName }, { clientId, mode: accountMode, config: parsed }) };
    return last.findings;
  };
};

const findingOf = ({ code, message }: PlatformError, displayName: string): HealthFinding => {
  const told = `${displayName} could not be asked: ${message}`;
  switch (code) {
    case 'refused_key': return { code: 'wrong_key', message: told, fix: 'Enter credentials that are valid now.' };
    case 'missing_permission': return { code: 'missing_permission', message: told, fix: 'Give the credentials the permissions that the README of the connector lists.' };
    case 'not_found':
    case 'rate_limited':
    case 'platform_down':
    case 'unexpected_answer':
    case 'invalid_request':
      return { code: 'platform_down', message: told, fix: `See whether ${displayName} is up and this machine reaches it; then set the connection to active again.` };
  }
};
