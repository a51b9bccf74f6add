import { z } from 'zod';
import { PlatformError, type HealthReport } from '../../core/connector-kit/index.js';
import { SUBSCRIBED } from './events.js';
import { API_VERSION, ask, type StripeCall } from './platform-api.js';
import { pageOf, webhookEndpointShape } from './shapes.js';
import type { Finding } from './health.js';

type Endpoint = z.output<typeof webhookEndpointShape>;

/** Says which endpoints we made, and for which connection. */
const MADE_FOR = 'recovery_hub_connection';

/**
 * Makes sure that the account has a webhook endpoint for each URL, enabled and subscribed to what is needed. An endpoint that exists keeps
 * what else it is subscribed to.
 *
 * Stripe shows the signing secret of a new endpoint to whoever made it, and the contract has no way to keep it: a person copies it from the
 * Dashboard into `webhookSecrets`, and the finding says so.
 */
export const ensureEndpoints = async (endpoints: readonly { readonly url: string }[], context: StripeCall): Promise<HealthReport> => {
  try {
    const existing = await list(context);
    const findings: Finding[] = [];
    for (const { url } of endpoints) {
      const found = existing.find((endpoint) => endpoint.url === url);
      if (found === undefined) findings.push(await create(url, context));
      else await complete(found, context);
    }
    return { findings };
  } catch (thrown) {
    if (!(thrown instanceof PlatformError)) throw thrown;
    return { findings: [refusedSetup(thrown)] };
  }
};

/** Removes only the endpoints that were made for this connection. */
export const removeEndpoints = async (context: StripeCall): Promise<void> => {
  const ours = (await list(context)).filter((endpoint) => endpoint.metadata?.[MADE_FOR] === context.connection.connectionId);
  for (const endpoint of ours)
    await ask(context, z.object({ deleted: z.literal(true) }), (options) => context.session.webhookEndpoints.del(endpoint.id, {}, options));
};

const list = async (context: StripeCall): Promise<readonly Endpoint[]> =>
  (await ask(context, pageOf(webhookEndpointShape), (options) => context.session.webhookEndpoints.list({ limit: 100 }, options))).data;

const create = async (url: string, context: StripeCall): Promise<Finding> => {
  const made = await ask(context, webhookEndpointShape, (options) =>
    context.session.webhookEndpoints.create(
      {
        url,
        enabled_events: [...SUBSCRIBED],
        api_version: API_VERSION,
        metadata: { [MADE_FOR]: context.connection.connectionId },
        description: 'Recovery Hub',
      },
      options,
    ),
  );
  return {
    code: 'webhook_missing',
    message: `The webhook endpoint ${made.id} was just created; its signing secret is not in this connection yet, so its deliveries are refused.`,
    fix: `Developers → Webhooks → ${made.id} → Signing secret → Reveal; add it to webhookSecrets of the connection.`,
  };
};

const complete = async (endpoint: Endpoint, context: StripeCall): Promise<void> => {
  const enabled = endpoint.enabled_events.includes('*') ? ['*'] : [...new Set([...endpoint.enabled_events, ...SUBSCRIBED])];
  if (endpoint.status === 'enabled' && enabled.length === endpoint.enabled_events.length) return;
  await ask(context, webhookEndpointShape, (options) =>
    context.session.webhookEndpoints.update(endpoint.id, { enabled_events: enabled as [], disabled: false }, options),
  );
};

const refusedSetup = (error: PlatformError): Finding => {
  const byHand = `create it by hand: Developers → Webhooks, the connection's URL, API version ${API_VERSION}, the events of the README.`;
  switch (error.code) {
    case 'refused_key':
      return { code: 'wrong_key', message: 'Stripe refuses the API key.', fix: 'Set a current restricted key as apiKey.' };
    case 'missing_permission':
      return {
        code: 'missing_permission',
        message: 'The API key may not manage webhook endpoints.',
        fix: `Give the restricted key Webhook Endpoints: Write, or ${byHand}`,
      };
    case 'invalid_request':
      return {
        code: 'webhook_missing',
        message: 'Stripe refuses an endpoint with this URL (it must be public, and https in live mode).',
        fix: `Set the hub's public address, or ${byHand} On a developer's machine use the Stripe CLI: stripe listen --forward-to <the connection's URL>.`,
      };
    case 'not_found':
    case 'rate_limited':
    case 'platform_down':
    case 'unexpected_answer':
      break;
  }
  return { code: 'platform_down', message: error.message, fix: 'The set-up is repeated by itself; see status.stripe.com if it stays.' };
};
