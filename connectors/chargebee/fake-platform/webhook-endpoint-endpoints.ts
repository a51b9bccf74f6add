import { z } from 'zod';
import { notFound, refusal } from './chargebee-failure.js';
import { fact } from './fact.js';
import { page, pageOf } from './list-page.js';
import { text } from './parameters.js';
import type { FakePlatform } from './platform.js';
import { schemaOf } from './render.js';
import { type Route, route } from './route.js';
import type { EndpointRecord } from './webhook-sender.js';

const MOST_ENDPOINTS = 5;
const flag = z.enum(['true', 'false']).transform((word) => word === 'true');

const createSchema = z.strictObject({
  name: text(50),
  url: z.url().max(512),
  api_version: z.enum(['v1', 'v2']).default('v2'),
  basic_auth_username: text(60).optional(),
  basic_auth_password: text(60).optional(),
  send_card_resource: flag.optional(),
  primary_url: flag.optional(),
  disabled: flag.default(false),
  chargebee_response_schema_type: z.enum(['plans_addons', 'items', 'compat']).optional(),
  enabled_events: z.array(z.string()).default([]),
});

const updateSchema = createSchema.partial();

/** The password is never told. */
const objectOf = ({ endpointId, name, url, username, enabled, apiVersion, schema, enabledEvents }: EndpointRecord): object => ({
  id: endpointId, object: 'webhook_endpoint', name, url, disabled: !enabled, primary_url: false, send_card_resource: true, api_version: apiVersion,
  chargebee_response_schema_type: schema, enabled_events: enabledEvents, ...(username === null ? {} : { basic_auth_username: username }),
});

export type NewEndpoint = Omit<EndpointRecord, 'endpointId' | 'enabled' | 'schema'> & { readonly enabled?: boolean; readonly schema?: EndpointRecord['schema'] | undefined };

/** fact('webhook_endpoint.limit') */
export const addEndpoint = (platform: FakePlatform, order: NewEndpoint): EndpointRecord => {
  if (platform.endpoints.size >= MOST_ENDPOINTS) {
    throw refusal({
      fact: fact('webhook_endpoint.limit'), status: 400, code: 'configuration_incompatible', message: `At most ${MOST_ENDPOINTS} webhook endpoints are allowed.`,
    });
  }
  const schema = order.schema ?? schemaOf(platform.site.catalog);
  const record: EndpointRecord = { ...order, endpointId: platform.mintId('we'), enabled: order.enabled ?? true, schema };
  platform.endpoints.set(record.endpointId, record);
  platform.sender.register(record);
  return record;
};

const named = (platform: FakePlatform, id: string): EndpointRecord => {
  const found = platform.endpoints.get(id);
  if (found === undefined) throw notFound(fact('request.resource_missing'), id);
  return found;
};

const change = (record: EndpointRecord, order: z.output<typeof updateSchema>): void => {
  record.name = order.name ?? record.name;
  record.url = order.url ?? record.url;
  if (order.disabled !== undefined) record.enabled = !order.disabled;
  record.username = order.basic_auth_username ?? record.username;
  record.password = order.basic_auth_password ?? record.password;
  record.enabledEvents = order.enabled_events ?? record.enabledEvents;
};

/** fact('webhook_endpoint.api') */
export const webhookEndpointRoutes: readonly Route[] = [
  route({
    method: 'POST', path: '/webhook_endpoints', data: 'configuration', parameters: createSchema,
    run: (platform, order) => ({
      webhook_endpoint: objectOf(addEndpoint(platform, {
        name: order.name, url: order.url, apiVersion: order.api_version, schema: order.chargebee_response_schema_type, enabledEvents: order.enabled_events,
        username: order.basic_auth_username ?? null, password: order.basic_auth_password ?? null, enabled: !order.disabled,
        held: false, retries: platform.clock.scale === 1 ? 'real' : 'patient', seed: 1, duplicates: 0, disorder: 0,
      })),
    }),
  }),
  route({
    method: 'GET', path: '/webhook_endpoints', data: 'configuration', parameters: z.strictObject(page),
    run: ({ endpoints }, order) => pageOf([...endpoints.values()], order, (record) => ({ webhook_endpoint: objectOf(record) })),
  }),
  route({
    method: 'GET', path: '/webhook_endpoints/:id', data: 'configuration', parameters: z.object({}),
    run: (platform, _parameters, { id }) => ({ webhook_endpoint: objectOf(named(platform, id)) }),
  }),
  route({
    method: 'POST', path: '/webhook_endpoints/:id', data: 'configuration', parameters: updateSchema,
    run: (platform, order, { id }) => {
      const record = named(platform, id);
      change(record, order);
      return { webhook_endpoint: objectOf(record) };
    },
  }),
  route({
    method: 'POST', path: '/webhook_endpoints/:id/delete', data: 'configuration', parameters: z.object({}),
    run: (platform, _parameters, { id }) => {
      const record = named(platform, id);
      platform.endpoints.delete(id);
      platform.sender.unregister(id);
      return { webhook_endpoint: objectOf(record) };
    },
  }),
];
