import { z } from 'zod';
import type { EndpointRecord } from './endpoint-record.js';
import { fact } from './fact.js';
import { pageOf } from './pages.js';
import { expandable, flag, mergedMetadata, metadata, pageable } from './parameters.js';
import type { FakePlatform } from './platform.js';
import { type Call, type Route, route } from './route.js';
import { invalidRequest } from './stripe-failure.js';
import type { WebhookTarget } from './webhook-sender.js';

const createParameters = z.strictObject({
  ...expandable,
  url: z.string(),
  enabled_events: z.array(z.string()).min(1),
  api_version: z.string().optional(),
  description: z.string().optional(),
  metadata: metadata.optional(), connect: flag.optional(),
});
const updateParameters = z.strictObject({
  ...expandable,
  url: z.string().optional(),
  enabled_events: z.array(z.string()).min(1).optional(),
  disabled: flag.optional(),
  description: z.string().optional(),
  metadata: metadata.optional(),
});

interface EndpointObject {
  readonly id: string;
  readonly object: 'webhook_endpoint';
  readonly api_version: string | null;
  readonly application: null;
  readonly created: number;
  readonly description: string | null;
  readonly enabled_events: readonly string[];
  readonly livemode: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly secret?: string | undefined;
  readonly status: 'enabled' | 'disabled';
  readonly url: string;
}

/** fact('webhook_endpoint.secret_once') */
const objectOf = ({
  target,
  created,
  livemode,
  description,
  metadata: own,
}: EndpointRecord, show: { readonly secret: boolean }): EndpointObject => ({
  id: target.endpointId,
  object: 'webhook_endpoint',
  api_version: target.apiVersion,
  application: null,
  created,
  description,
  enabled_events: target.enabledEvents,
  livemode,
  metadata: own,
  ...(show.secret ? { secret: target.secrets[0] } : {}),
  status: target.enabled ? 'enabled' : 'disabled',
  url: target.url,
});

const find = (platform: FakePlatform, call: Call): EndpointRecord => {
  const found = platform.endpoints.get(call.id);
  if (found === undefined || call.key.livemode !== found.livemode) {
    throw invalidRequest({
      fact: fact('request.resource_missing'),
      code: 'resource_missing',
      message: `No such webhook endpoint: '${call.id}'`,
      param: 'webhook_endpoint',
      status: 404,
    });
  }
  return found;
};

export interface NewTarget {
  readonly url: string;
  readonly secrets: readonly string[];
  readonly enabledEvents: readonly string[];
  readonly apiVersion: string | null;
  readonly seed: number;
  readonly duplicates: number;
  readonly disorder: number;
  readonly livemode: boolean;
}

/** Adds an endpoint, by the API or by the world control. */
export const addEndpoint = (platform: FakePlatform, { livemode, ...rest }: NewTarget): EndpointRecord => {
  const target: WebhookTarget = { ...rest, endpointId: platform.mintId('we'), enabled: true };
  const record: EndpointRecord = { target, created: platform.clock.hubSeconds(), livemode, description: null, metadata: {} };
  platform.endpoints.set(target.endpointId, record);
  platform.sender.register(target);
  return record;
};

const create = (platform: FakePlatform, parameters: z.output<typeof createParameters>, call: Call): object => {
  if (!URL.canParse(parameters.url)) {
    throw invalidRequest({ fact: fact('request.parameter_invalid'), code: 'url_invalid', param: 'url', message: 'Not a valid URL' });
  }
  const record = addEndpoint(platform, {
    url: parameters.url,
    secrets: [platform.mintId('whsec')],
    enabledEvents: parameters.enabled_events,
    apiVersion: parameters.api_version ?? null,
    seed: 0,
    duplicates: 0, disorder: 0, livemode: call.key.livemode,
  });
  record.description = parameters.description ?? null;
  record.metadata = mergedMetadata(null, parameters.metadata ?? '');
  return objectOf(record, { secret: true });
};

const update = (platform: FakePlatform, change: z.output<typeof updateParameters>, call: Call): object => {
  const record = find(platform, call);
  if (change.url !== undefined) record.target.url = change.url;
  if (change.enabled_events !== undefined) record.target.enabledEvents = change.enabled_events;
  if (change.disabled !== undefined) record.target.enabled = !change.disabled;
  if (change.description !== undefined) record.description = change.description;
  if (change.metadata !== undefined) record.metadata = mergedMetadata(record.metadata, change.metadata);
  return objectOf(record, { secret: false });
};

const remove = (platform: FakePlatform, call: Call): object => {
  const { target } = find(platform, call);
  platform.endpoints.delete(target.endpointId);
  platform.sender.unregister(target.endpointId);
  return { id: target.endpointId, object: 'webhook_endpoint', deleted: true };
};

const at = { resource: 'webhook_endpoints' } as const;
const one = z.strictObject(expandable);

export const webhookEndpointRoutes: readonly Route[] = [
  route({ method: 'POST', path: '/v1/webhook_endpoints', ...at, access: 'write', parameters: createParameters, run: create }),
  route({
    method: 'GET', path: '/v1/webhook_endpoints', ...at, access: 'read', parameters: z.strictObject(pageable),
    run: (platform, page, call) =>
      pageOf(
        '/v1/webhook_endpoints',
        [...platform.endpoints.values()]
          .filter(({ livemode }) => livemode === call.key.livemode)
          .map((record) => objectOf(record, { secret: false }))
          .toReversed(),
        page,
      ),
  }),
  route({
    method: 'GET',
    path: '/v1/webhook_endpoints/:id',
    ...at,
    access: 'read',
    parameters: one,
    run: (platform, _parameters, call) => objectOf(find(platform, call), { secret: false }),
  }),
  route({ method: 'POST', path: '/v1/webhook_endpoints/:id', ...at, access: 'write', parameters: updateParameters, run: update }),
  route({
    method: 'DELETE',
    path: '/v1/webhook_endpoints/:id',
    ...at,
    access: 'write',
    parameters: one,
    run: (platform, _parameters, call) => remove(platform, call),
  }),
];
