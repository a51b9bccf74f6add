import { request as sendRequest } from 'node:https';
import { z } from 'zod';
import {
  CONTRACT_VERSION,
  defineGateway,
  secret,
  type CallContext,
  type ChargeRequest,
  type GatewayDefinition,
  type PluginIo,
  type Secret,
} from '../../core/connector-kit/index.js';

/** What a merchant enters for the sample gateway. */
export interface SampleConfig {
  readonly apiKey: Secret;
}

/** Its session is the io itself, so that a test sends what it likes. */
export type SampleContext = CallContext<SampleConfig, PluginIo>;

/** The host the sample gateway names. */
export const SAMPLE_HOST = 'api.sample.test';

/** A POST through the agent, as an SDK on `node:https` sends it. Resolves to the status and text of the answer. */
export const post = (
  io: PluginIo,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
  host = SAMPLE_HOST,
  port = 443,
  method = 'POST',
): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const request = sendRequest({ agent: io.agent, host, port, path, method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text += part;
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    request.on('error', reject);
    if (body !== '') request.write(body);
    request.end();
  });

/** A gateway whose charge is one POST under the core's key; every member can be replaced. */
export const sampleGateway = (over: Partial<GatewayDefinition<SampleConfig, PluginIo>> = {}): GatewayDefinition<SampleConfig, PluginIo> =>
  defineGateway<SampleConfig, PluginIo>({
    id: 'sample',
    displayName: 'Sample Gateway',
    contract: CONTRACT_VERSION,
    configSchema: z.strictObject({ apiKey: secret() }),
    mode: () => 'test',
    hosts: () => [SAMPLE_HOST],
    limits: () => ({ perMinute: 6000, concurrent: 10 }),
    accepts: (token) => token.gatewayType === 'sample',
    open: (_, io) => io,
    protection: () => ({ absentIsFinalAfterMs: 60_000, kind: 'key', keptForMs: 86_400_000 }),
    charge: async (request, { session }) => {
      await post(session, '/charges', 'amount=100', { 'idempotency-key': request.once.key });
      return { status: 'approved', gatewayRefs: ['ch_1'], amount: request.amount, provisional: false };
    },
    find: async (_, { session }) => {
      await post(session, '/charges?key=1', '', {}, SAMPLE_HOST, 443, 'GET');
      return { status: 'absent' };
    },
    refund: async () => ({ status: 'refunded', refundRef: 're_1' }),
    checkHealth: async () => ({ findings: [] }),
    ...over,
  });

/** A request to charge one euro. */
export const chargeRequest = (key = 'case-1'): ChargeRequest => ({
  once: { key, firstTriedAt: new Date('2026-11-20T12:00:00Z'), ourReference: key },
  amount: { minor: 100, currency: 'EUR' },
  token: { gatewayType: 'sample', gatewayAccountRef: 'acct', methodRef: 'pm_1' },
  description: 'Invoice 1',
});
