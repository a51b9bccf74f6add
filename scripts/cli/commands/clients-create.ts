import type { Command } from 'commander';
import type { CreateClientInput, CreatedClient, GatewayInput } from '../../../core/clients/index.js';
import { credentialReader, type ReadCredential } from '../credential-source.js';
import { UsageError } from '../failures.js';
import { fitToPlugin, requiredMembers } from '../fit-to-plugin.js';
import { many } from '../many.js';
import { invocation } from '../invocation.js';
import { fields } from '../layout.js';
import { withHub, type OpenHub } from '../open-hub.js';
import { readCredentials } from '../pairs.js';
import { showResult } from '../show-result.js';

interface Options {
  readonly name: string;
  readonly mode?: string;
  readonly webhookUrl?: string;
  readonly webhook: boolean;
  readonly gateway?: readonly string[];
  readonly timezone?: string;
  readonly billingDay?: string;
  readonly json?: true;
}

/** `clients create` */
export const addClientsCreate = (clients: Command): void => {
  clients.command('create')
    .description('Creates a merchant and prints its keys, once.')
    .requiredOption('--name <text>', 'name of the business')
    .option('--mode <test|live>', 'left out, that of the first gateway')
    .option('--webhook-url <url>', 'where the merchant hears of recoveries')
    .option('--no-webhook', 'send no events')
    .option('--gateway <type[:credential]>', 'a gateway, the first is primary: test, stripe:env:STRIPE_KEY, type:name=file:PATH', many)
    .option('--timezone <name>', 'IANA name, UTC when left out')
    .option('--billing-day <1-31>', 'the day of the month on which customers are paid; Friday when left out')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      const gateways = await Promise.all((options.gateway ?? []).map(gatewayReader(credentialReader())));
      await withHub(async (hub) => {
        const created = await hub.clients.create({ ...inputOf(options), gateways: gateways.map((gateway) => fitted(hub, gateway)) });
        showResult({ json: wireOf(created), text: textOf(created, hub) }, options);
      });
    });
};

/** The core's own messages are the better ones: what it checks is handed on as it is. */
const inputOf = (options: Options): CreateClientInput => ({
  businessName: options.name,
  ...(options.mode === undefined ? {} : { mode: options.mode as 'test' | 'live' }),
  ...(options.webhookUrl === undefined ? {} : { webhookUrl: options.webhookUrl }),
  ...(options.webhook ? {} : { notificationChannels: [] }),
  ...(options.timezone === undefined ? {} : { timezone: options.timezone }),
  ...(options.billingDay === undefined ? {} : { billingCycleDay: (/^\d+$/.test(options.billingDay) ? Number(options.billingDay) : options.billingDay) as number }),
});

/** `type`, `type:source` for the one credential most gateways have, or `type:name=source,name=source`. */
const gatewayReader = (read: ReadCredential) => async (text: string): Promise<GatewayInput> => {
  const colon = text.indexOf(':');
  if (colon < 0) return { type: text, credentials: {} };
  const [type, rest] = [text.slice(0, colon), text.slice(colon + 1)];
  if (!/^[\w-]+$/.test(type)) throw new UsageError('--gateway must begin with the type of a gateway, such as stripe:env:STRIPE_KEY.');
  return { type, credentials: await readCredentials(/^\w+=/.test(rest) ? rest.split(',') : [`apiKey=${rest}`], read) };
};

const fitted = (hub: OpenHub, gateway: GatewayInput): GatewayInput => {
  const plugin = hub.registry.gateway(gateway.type);
  return plugin === undefined ? gateway : { ...gateway, credentials: fitToPlugin(plugin, gateway.credentials ?? {}, {}) };
};

/** The members of specification 15.3. */
const wireOf = ({ client, apiKey, publishableKey, webhookSigningSecret, connectorWebhookUrls }: CreatedClient) => ({
  clientId: client.clientId, mode: client.mode, apiKey, publishableKey, webhookSigningSecret, connectorWebhookUrls, connections: [],
});

const textOf = ({ client, apiKey, publishableKey, webhookSigningSecret, connectorWebhookUrls }: CreatedClient, hub: OpenHub): string => {
  const next = Object.keys(connectorWebhookUrls).map((slug) => {
    const plugin = hub.registry.connector(slug);
    const credentials = plugin === undefined ? [] : requiredMembers(plugin).map((name) => ` \\\n      --credential ${name}=env:${variableOf(slug, name)}`);
    return `    ${invocation()} connections set ${client.clientId} ${slug}${credentials.join('')}\n`;
  });
  return [
    `\nCreated ${client.mode} client "${client.businessName}"\n\n`,
    fields([
      ['Client id', client.clientId],
      ['Secret key', apiKey],
      ['Publishable key', publishableKey],
      ['Webhook signing secret', webhookSigningSecret],
    ]),
    '\n  Copy the two keys and the signing secret now: they are not shown again.\n\n',
    '  Billing platforms post their webhooks to\n',
    fields(Object.entries(connectorWebhookUrls), 4),
    '\n  Next, connect a platform:\n',
    ...next,
    '\n',
  ].join('');
};

/** `stripe-billing`, `apiKey` → `STRIPE_BILLING_API_KEY` */
const variableOf = (slug: string, member: string): string => `${slug}_${member.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')}`.replaceAll('-', '_').toUpperCase();
