import { z } from 'zod';
import { findObject, visibleTo } from './find-object.js';
import { pageOf } from './pages.js';
import { expandable, flag, isWithin, pageable, timeRange } from './parameters.js';
import type { FakePlatform } from './platform.js';
import { type Call, type Route, route } from './route.js';

const listParameters = z.strictObject({
  ...pageable,
  type: z.string().optional(),
  types: z.array(z.string()).max(20).optional(),
  created: timeRange.optional(),
  delivery_success: flag.optional(),
});

const isOfType = (type: string, wanted: string): boolean => (wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted);

const list = (platform: FakePlatform, filter: z.output<typeof listParameters>, call: Call): object =>
  pageOf(
    '/v1/events',
    visibleTo(platform, call.key, platform.events.all)
      .map(({ event }) => event)
      .filter((event) => filter.type === undefined || isOfType(event.type, filter.type))
      .filter((event) => filter.types === undefined || filter.types.some((type) => isOfType(event.type, type)))
      .filter((event) => isWithin(event.created, filter.created))
      // fact('event.delivery_success')
      .filter((event) => filter.delivery_success === undefined || (event.pending_webhooks === 0) === filter.delivery_success)
      .toReversed(),
    filter,
  );

export const eventRoutes: readonly Route[] = [
  route({ method: 'GET', path: '/v1/events', resource: 'events', access: 'read', parameters: listParameters, run: list }),
  route({
    method: 'GET', path: '/v1/events/:id', resource: 'events', access: 'read', parameters: z.strictObject(expandable),
    run: (platform, _parameters, call) =>
      findObject(platform, call.key, new Map(platform.events.all.map(({ event }) => [event.id, event])), { name: 'event', id: call.id }),
  }),
];
