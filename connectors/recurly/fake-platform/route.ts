import { type EndpointOf, type PreparedOf, type RouteOf, routeOf } from '../../../core/connector-kit/testing/index.js';
import type { Move } from './ledger.js';
import { readParameters } from './parameters.js';
import type { FakePlatform } from './platform.js';
import type { Switches } from './switches.js';

/** What a handler knows beside its parameters. */
export interface Call {
  readonly id: string;
  /** The second id of the address. */
  readonly otherId: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly idempotencyKey: string | null;
}

interface Answering {
  /** Of the answer; default 200. */
  readonly status?: 201 | 200;
}

export type Endpoint<P> = EndpointOf<FakePlatform, Call, Move, P> & Answering;
export type Prepared = PreparedOf<FakePlatform, Call, Move>;

/** An endpoint whose parameters are read when it is called. */
export interface Route extends Pick<RouteOf<FakePlatform, Call, Move>, 'method' | 'pattern'> {
  readonly status: number;
  /** Whether it writes on one invoice, which nobody else may then do at the same time. */
  readonly locks: boolean;
  read(given: unknown, switches: Switches): Prepared;
}

export const route = <P>(endpoint: Endpoint<P>): Route => {
  const { method, pattern, prepare } = routeOf(endpoint);
  return {
    method,
    pattern,
    status: endpoint.status ?? 200,
    locks: method !== 'GET' && endpoint.path.startsWith('/invoices/:id'),
    read: (given, switches) => prepare((schema) => readParameters(schema, given, switches)),
  };
};
