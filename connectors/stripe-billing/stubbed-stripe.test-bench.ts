import { Agent } from 'node:https';
import type { CallContext, PluginIo } from '../../core/connector-kit/index.js';
import { connectorConfig, type ConnectorConfig } from './config.js';
import { openStripe } from './platform-api.js';

/** One request as it would have left. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly key: string | null;
  readonly form: URLSearchParams;
}

type Answer = (sent: Sent) => { readonly status?: number; readonly body: unknown } | Promise<Response>;

/** The SDK over a fetch of ours, for answers that the fake Stripe does not give: rare objects, and a fetch that never ends. */
export const stubbedStripe = (answer: Answer, deadlineMs = 5000) => {
  const sent: Sent[] = [];
  const fetchStub = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init?.headers);
    const request = {
      method: init?.method ?? 'GET',
      path: `${url.pathname}${url.search}`,
      key: headers.get('idempotency-key'),
      form: new URLSearchParams(typeof init?.body === 'string' ? init.body : ''),
    };
    sent.push(request);
    const given = await answer(request);
    if (given instanceof Response) return given;
    return new Response(JSON.stringify(given.body), { status: given.status ?? 200, headers: { 'content-type': 'application/json' } });
  };
  const log = { debug: () => undefined, warn: () => undefined };
  const config: ConnectorConfig = connectorConfig.parse({ apiKey: 'sk_test_abc', webhookSecrets: ['whsec_a'] });
  const io: PluginIo = { fetch: fetchStub, agent: new Agent(), log };
  const ending = new AbortController();
  const context: CallContext<ConnectorConfig, ReturnType<typeof openStripe>> = {
    connection: { connectionId: 'con_1', clientId: 'client_1', mode: 'test', config },
    session: openStripe(config, io),
    signal: ending.signal,
    deadline: new Date(Date.now() + deadlineMs),
    log,
    credential: () => Promise.reject(new Error('no credential is minted here')),
  };
  return { context, sent, abort: () => ending.abort() };
};

export const listOf = (...data: unknown[]) => ({ object: 'list', url: '/v1/x', has_more: false, data });
