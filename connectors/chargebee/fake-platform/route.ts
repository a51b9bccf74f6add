import { type EndpointOf, type Form, type PreparedOf, type RouteOf, routeOf } from '../../../core/connector-kit/testing/index.js';
import type { Cause } from './event-log.js';
import type { Move } from './ledger.js';
import { readParameters } from './parameters.js';
import type { FakePlatform } from './platform.js';
import type { Switches } from './switches.js';

/** What a handler knows beside its parameters. */
export interface Call {
  readonly id: string;
  readonly cause: Cause;
}

/** What of the site an endpoint tells: some keys read only a part. */
interface Telling {
  readonly data: 'transactional' | 'configuration';
}

export type Endpoint<P> = EndpointOf<FakePlatform, Call, Move, P> & Telling;
export type Prepared = PreparedOf<FakePlatform, Call, Move>;

/** An endpoint whose parameters are read when it is called. */
export interface Route extends Pick<RouteOf<FakePlatform, Call, Move>, 'method' | 'pattern'>, Telling {
  /** Whether it writes on one invoice, which nobody else may then do at the same time. */
  readonly locks: boolean;
  read(form: Form, switches: Switches): Prepared;
}

export const route = <P>(endpoint: Endpoint<P>): Route => {
  const { method, pattern, prepare } = routeOf(endpoint);
  return {
    method,
    pattern,
    data: endpoint.data,
    locks: method === 'POST' && endpoint.path.startsWith('/invoices/:id/'),
    read: (form, switches) => prepare((schema) => readParameters(schema, form, switches)),
  };
};
