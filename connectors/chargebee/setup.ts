import { z } from 'zod';
import { PlatformError, type HealthFinding, type HealthReport } from '../../core/connector-kit/index.js';
import { SUBSCRIBED } from './events.js';
import { ask, type ChargebeeCall } from './platform-api.js';
import { pageOf, webhookEndpointShape, type WebhookEndpoint } from './shapes.js';

/** Says which endpoints we made, and for which connection; at most 50 characters. */
const nameOf = (context: ChargebeeCall): string => `Recovery Hub ${context.connection.connectionId}`.slice(0, 50);

/**
 * Makes sure that the site has a webhook endpoint for each URL, enabled, with our user and password, and sent what is needed. One that exists
 * keeps what else it is sent.
 */
export const ensureEndpoints = async (endpoints: readonly { readonly url: string }[], context: ChargebeeCall): Promise<HealthReport> => {
  try {
    const existing = await list(context);
    for (const { url } of endpoints) {
      const found = existing.find((endpoint) => endpoint.url === url);
      if (found === undefined) await create(url, context);
      else await complete(found, context);
    }
    return { findings: [] };
  } catch (thrown) {
    if (!(thrown instanceof PlatformError)) throw thrown;
    return { findings: [refusedSetup(thrown)] };
  }
};

/** Removes only the endpoints that were made for this connection. */
export const removeEndpoints = async (context: ChargebeeCall): Promise<void> => {
  const ours = (await list(context)).filter((endpoint) => endpoint.name === nameOf(context));
  for (const endpoint of ours) await ask(context, answer, (session) => session.webhookEndpoint.delete(endpoint.id));
};

/** Without the right to list endpoints this cannot be checked, and no delivery depends on it. */
export const checkEndpoints = async (context: ChargebeeCall): Promise<readonly HealthFinding[]> => {
  const found = await list(context).catch(() => undefined);
  if (found === undefined) return [];
  if (found.some((endpoint) => !endpoint.disabled && missingOf(endpoint).length === 0)) return [];
  const message = found.some((endpoint) => !endpoint.disabled)
    ? 'No enabled webhook endpoint of the site is sent every event that is needed.'
    : 'The site has no enabled webhook endpoint.';
  return [{ code: 'webhook_missing', message, fix: byHand }];
};

const byHand =
  `Settings → Configure Chargebee → Webhooks: an endpoint with the connection's URL, protected by basic authentication with webhookUser and one of `
  + `webhookPasswords, API version 2, and all events or at least: ${SUBSCRIBED.join(', ')}.`;

const answer = z.object({ webhook_endpoint: webhookEndpointShape });

const list = async (context: ChargebeeCall): Promise<readonly WebhookEndpoint[]> =>
  (await ask(context, pageOf('webhook_endpoint', webhookEndpointShape), (session) => session.webhookEndpoint.list({ limit: 100 }))).list;

/** An endpoint without a list of events is sent all of them. */
const missingOf = ({ enabled_events: enabled }: WebhookEndpoint): readonly string[] =>
  enabled.length === 0 ? [] : SUBSCRIBED.filter((event) => !enabled.includes(event));

const create = async (url: string, context: ChargebeeCall): Promise<void> => {
  const { webhookUser, webhookPasswords } = context.connection.config;
  const params = {
    name: nameOf(context),
    url,
    api_version: 'v2' as const,
    basic_auth_username: webhookUser,
    basic_auth_password: webhookPasswords[0]?.reveal() ?? '',
    enabled_events: [...SUBSCRIBED],
  };
  await ask(context, answer, (session) => session.webhookEndpoint.create(params));
};

const complete = async (endpoint: WebhookEndpoint, context: ChargebeeCall): Promise<void> => {
  const missing = missingOf(endpoint);
  if (!endpoint.disabled && missing.length === 0) return;
  const events = endpoint.enabled_events.length === 0 ? {} : { enabled_events: [...endpoint.enabled_events, ...missing] };
  await ask(context, answer, (session) => session.webhookEndpoint.update(endpoint.id, { disabled: false, ...events } as object));
};

const refusedSetup = (error: PlatformError): HealthFinding => {
  switch (error.code) {
    case 'refused_key':
      return { code: 'wrong_key', message: 'Chargebee refuses the API key.', fix: 'Set a current full-access key of the site as apiKey.' };
    case 'missing_permission':
      return { code: 'missing_permission', message: 'The API key may not manage webhook endpoints.', fix: `Use a full-access key, or set it up by hand. ${byHand}` };
    case 'invalid_request':
    case 'not_found':
      return { code: 'webhook_missing', message: `Chargebee refuses the webhook endpoint (a site has at most five): ${error.message}`, fix: byHand };
    case 'rate_limited':
    case 'platform_down':
    case 'unexpected_answer':
      break;
  }
  return { code: 'platform_down', message: error.message, fix: 'The set-up is repeated by itself; see status.chargebee.com if it stays.' };
};
