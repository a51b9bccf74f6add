import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { environmentWith } from './process.js';

/** The merchant's client at the hub, with its secrets. */
export interface DemoClient {
  readonly clientId: string;
  readonly apiKey: string;
  readonly signingSecret: string;
  /** Where the platform posts. */
  readonly webhookUrl: string;
}

/** The command line of the hub: which compiled project it belongs to, and the environment that names the database. */
export interface CommandLine {
  readonly compiled: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs one command with `--json` and reads what it prints. @throws Error with what it said when it fails */
const runCommand = <T>({ compiled, environment }: CommandLine, args: readonly string[], secrets: Readonly<Record<string, string>>, shape: z.ZodType<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const argv = [join(compiled, 'scripts/recovery-hub.js'), ...args, '--json'];
    execFile(process.execPath, argv, { env: environmentWith({ ...environment, ...secrets }), timeout: 30_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`recovery-hub ${args.slice(0, 2).join(' ')} failed: ${stderr.trim() || error.message}`));
      else resolve(shape.parse(JSON.parse(stdout)));
    });
  });

const platform = 'stripe-billing';
const createdShape = z.object({ clientId: z.string(), apiKey: z.string(), webhookSigningSecret: z.string(), connectorWebhookUrls: z.object({ [platform]: z.string() }) });
const connectedShape = z.object({ connection: z.object({ mode: z.string(), needs: z.array(z.object({ message: z.string() })) }) });

/** Creates a test client that hears of recoveries at `webhookUrl`. */
export const createDemoClient = async (line: CommandLine, webhookUrl: string): Promise<DemoClient> => {
  const said = await runCommand(line, ['clients', 'create', '--name', 'Demo Merchant', '--mode', 'test', '--webhook-url', webhookUrl], {}, createdShape);
  return { clientId: said.clientId, apiKey: said.apiKey, signingSecret: said.webhookSigningSecret, webhookUrl: said.connectorWebhookUrls[platform] };
};

/** Connects the client to the Stripe stand-in. @throws Error when the platform's health check finds something missing */
export const connectDemoClient = async (line: CommandLine, { clientId }: DemoClient, stripe: { readonly key: string; readonly webhookSecret: string }): Promise<void> => {
  const args = ['connections', 'set', clientId, platform, '--credential', 'apiKey=env:STRIPE_BILLING_API_KEY', '--credential', 'webhookSecrets=env:STRIPE_BILLING_WEBHOOK_SECRETS'];
  const { connection } = await runCommand(line, args, { STRIPE_BILLING_API_KEY: stripe.key, STRIPE_BILLING_WEBHOOK_SECRETS: stripe.webhookSecret }, connectedShape);
  if (connection.mode !== 'active' || connection.needs.length > 0) {
    throw new Error(`The connection is in mode ${connection.mode} and needs: ${connection.needs.map(({ message }) => message).join(' ') || 'nothing'}`);
  }
};
