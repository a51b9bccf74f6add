import { type EndpointOf, type Form, type PreparedOf, type RouteOf, routeOf } from '../../../core/connector-kit/testing/index.js';
import type { Access, ApiKey, Resource } from './api-keys.js';
import type { Cause } from './event-log.js';
import type { Move } from './ledger.js';
import { readParameters } from './parameters.js';
import type { FakePlatform } from './platform.js';

/** What a handler knows beside its parameters. */
export interface Call {
  readonly id: string;
  readonly cause: Cause;
  readonly key: ApiKey;
}

export interface MoneyMove extends Move {
  /** The object that is locked while the request is under way. */
  readonly locks: string;
}

/** What a key must be allowed for an endpoint. */
interface Permission {
  readonly resource: Resource;
  readonly access: Access;
}

export type Endpoint<P> = EndpointOf<FakePlatform, Call, MoneyMove, P> & Permission;
export type Prepared = PreparedOf<FakePlatform, Call, MoneyMove>;

/** An endpoint whose parameters are read when it is called. */
export interface Route extends Pick<RouteOf<FakePlatform, Call, MoneyMove>, 'method' | 'pattern'>, Permission {
  read(form: Form): Prepared;
}

export const route = <P>(endpoint: Endpoint<P>): Route => {
  const { method, pattern, prepare } = routeOf(endpoint);
  const { resource, access } = endpoint;
  return { method, pattern, resource, access, read: (form) => prepare((schema) => readParameters(schema, form)) };
};
