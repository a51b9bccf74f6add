import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { environmentWith } from './process.js';

/** The merchant's client at the hub, with its secrets. */
export interface DemoClient {
  readonly clientId: string;
  readonly apiKey: string;
  readonly signingSecret: string;
  /** Where the platform posts. */
  readonly connectionUrl: string;
}

export interface SetUp {
  readonly compiled: string;
  readonly hubEnvironment: Readonly<Record<string, string>>;
  readonly webhookUrl: string;
  readonly stripeKey: string;
  readonly stripeWebhookSecret: string;
}

const run = promisify(execFile);

const shape = z.object({
  clientId: z.string(), apiKey: z.string(), webhookSigningSecret: z.string(), connection: z.object({ webhookUrl: z.string() }),
});

/** Creates a test client and connects it to the Stripe stand-in. */
export const setUpClient = async (setUp: SetUp): Promise<DemoClient> => {
  const env = environmentWith({ ...setUp.hubEnvironment, DEMO_WEBHOOK_URL: setUp.webhookUrl, A: setUp.stripeKey, B: setUp.stripeWebhookSecret });
  const { stdout } = await run(process.execPath, [join(setUp.compiled, 'scripts/demo/run-setup.js')], { env });
  const said = shape.parse(JSON.parse(stdout));
  return { clientId: said.clientId, apiKey: said.apiKey, signingSecret: said.webhookSigningSecret, connectionUrl: said.connection.webhookUrl };
};
