import { z } from 'zod';
import { PlatformError, type HealthReport } from '../../core/connector-kit/index.js';
import { modeOf, type ConnectorConfig } from './config.js';
import { SUBSCRIBED } from './events.js';
import { ask, type ConnectorCall, type StripeCall } from './platform-api.js';
import { pageOf, webhookEndpointShape } from './shapes.js';

export type Finding = HealthReport['findings'][number];

const anyPage = pageOf(z.unknown());

type Probe = readonly [permission: string, list: (context: StripeCall, options: object) => Promise<unknown>];

/** One cheap question per permission that a recovery reads with. Whether a key may write shows only when it writes. */
const GATEWAY_PROBES: readonly Probe[] = [
  ['PaymentIntents', (context, options) => context.session.paymentIntents.list({ limit: 1 }, options)],
  ['Charges', (context, options) => context.session.charges.list({ limit: 1 }, options)],
];
const CONNECTOR_PROBES: readonly Probe[] = [
  ['Invoices', (context, options) => context.session.invoices.list({ limit: 1 }, options)],
  ['Events', (context, options) => context.session.events.list({ limit: 1 }, options)],
  ['Subscriptions', (context, options) => context.session.subscriptions.list({ limit: 1 }, options)],
  ['Customers', (context, options) => context.session.customers.list({ limit: 1 }, options)],
  ...GATEWAY_PROBES,
];

const RECORD_PROBE: Probe = ['Payment Records', (context, options) => context.session.paymentRecords.list({ limit: 1 }, options)];

/** Only a merchant who has said that he charges elsewhere needs the right to record that. */
const chargesElsewhere = ({ foreignTokens, customPaymentMethodType, recordPaymentsAs }: ConnectorConfig): boolean =>
  recordPaymentsAs === 'payment_record' && (foreignTokens !== undefined || customPaymentMethodType !== undefined);

export const checkConnectorHealth = async (context: ConnectorCall): Promise<HealthReport> => {
  const probes = chargesElsewhere(context.connection.config) ? [...CONNECTOR_PROBES, RECORD_PROBE] : CONNECTOR_PROBES;
  const findings = await probe(probes, context);
  const unreachable = findings.some((finding) => finding.code === 'wrong_key' || finding.code === 'platform_down');
  return report([...findings, ...(unreachable ? [] : await checkEndpoints(context))], context);
};

export const checkGatewayHealth = async (context: StripeCall): Promise<HealthReport> =>
  report(await probe(GATEWAY_PROBES, context), context);

const report = (findings: readonly Finding[], context: StripeCall): HealthReport => {
  const mode = modeOf(context.connection.config);
  return {
    findings: [...(mode === context.connection.mode ? [] : [wrongMode(mode, context.connection.mode)]), ...findings],
    facts: { mode },
  };
};

const probe = async (probes: readonly Probe[], context: StripeCall): Promise<readonly Finding[]> => {
  const findings: Finding[] = [];
  for (const [permission, list] of probes) {
    const finding = await asked(permission, () => ask(context, anyPage, (options) => list(context, options)));
    if (finding !== undefined) findings.push(finding);
    // A refused key, or a platform that does not answer, fails every further question the same way.
    if (finding?.code === 'wrong_key' || finding?.code === 'platform_down') break;
  }
  return findings;
};

const asked = async (permission: string, question: () => Promise<unknown>): Promise<Finding | undefined> => {
  try {
    await question();
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof PlatformError)) throw thrown;
    switch (thrown.code) {
      case 'refused_key':
        return {
          code: 'wrong_key',
          message: 'Stripe refuses the API key.',
          fix: 'Developers → API keys: create a restricted key with the permissions of the README (or copy a current one) and set it as apiKey.',
        };
      case 'missing_permission':
        return {
          code: 'missing_permission',
          message: `The API key may not read ${permission}.`,
          fix: `Developers → API keys → the restricted key → Edit: give ${permission} the access the README lists.`,
        };
      case 'not_found':
        // Every account has these lists: this says nothing about the key.
        return undefined;
      case 'rate_limited':
      case 'platform_down':
      case 'unexpected_answer':
      case 'invalid_request':
        break;
    }
    return {
      code: 'platform_down',
      message: `Stripe did not answer a question about ${permission}: ${thrown.message}`,
      fix: 'See status.stripe.com; the check is repeated by itself.',
    };
  }
};

const wrongMode = (ofKey: string, ofConnection: string): Finding => ({
  code: 'wrong_mode',
  message: `The API key is for ${ofKey} mode and the client is in ${ofConnection} mode.`,
  fix: `Use a key that begins with sk_${ofConnection}_ or rk_${ofConnection}_, or connect this account to a ${ofKey} client.`,
});

/** Without the permission to read endpoints this cannot be checked, and no delivery depends on it. */
const checkEndpoints = async (context: StripeCall): Promise<readonly Finding[]> => {
  const page = await ask(context, pageOf(webhookEndpointShape), (options) =>
    context.session.webhookEndpoints.list({ limit: 100 }, options),
  ).catch(() => undefined);
  if (page === undefined) return [];
  const live = page.data.filter((endpoint) => endpoint.status === 'enabled');
  const complete = live.some(
    ({ enabled_events: enabled }) => enabled.includes('*') || SUBSCRIBED.every((event) => enabled.includes(event)),
  );
  if (complete) return [];
  const message =
    live.length === 0
      ? 'The account has no enabled webhook endpoint.'
      : 'No enabled webhook endpoint of the account is subscribed to every event that is needed.';
  return [
    {
      code: 'webhook_missing',
      message,
      fix: `Developers → Webhooks: an endpoint with the connection's URL and these events: ${SUBSCRIBED.join(', ')}. Copy its signing secret into webhookSecrets.`,
    },
  ];
};
