import { z } from 'zod';
import { accidents, named } from '../../../core/connector-kit/testing/index.js';
import type { FakePlatform } from './platform.js';
import type { EndpointRecord } from './webhook-sender.js';

const DAY_MS = 86_400_000;
const MOST = 10;

/** Set up by hand in Recurly's own pages, there is no API: fact('webhook.endpoints') */
export const endpointSchema = z.strictObject({
  url: z.url(),
  format: z.enum(['json', 'xml']).default('json'),
  secret: z.string().min(1).optional(),
  username: z.string().nullable().default(null),
  password: z.string().nullable().default(null),
  enabledEvents: z.array(z.string()).default([]),
  held: z.boolean().default(false),
  retries: z.enum(['real', 'patient']).default('real'),
  ...accidents,
});

export const addEndpoint = (platform: FakePlatform, order: z.output<typeof endpointSchema>): { endpointId: string; secret: string } => {
  if (platform.endpoints.size >= MOST) throw new Error(`endpoints: found ${platform.endpoints.size}, expected at most ${MOST}`);
  const { secret: given, ...own } = order;
  const secret = given ?? platform.mint.uuid() + platform.mint.uuid();
  const endpoint: EndpointRecord = { ...own, endpointId: `endpoint-${platform.endpoints.size + 1}`, enabled: true, secrets: [{ secret, until: null }] };
  platform.endpoints.set(endpoint.endpointId, endpoint);
  platform.sender.register(endpoint);
  return { endpointId: endpoint.endpointId, secret };
};

/** fact('webhook.rotation') */
export const rotateSecret = ({ endpoints, clock }: FakePlatform, { endpoint: id, secret }: { endpoint: string; secret: string }): void => {
  const endpoint = named(endpoints, 'webhook endpoint', id);
  const until = new Date(clock.hubNow().getTime() + DAY_MS);
  endpoint.secrets = [{ secret, until: null }, ...endpoint.secrets.map((known) => ({ secret: known.secret, until: known.until ?? until }))];
};
