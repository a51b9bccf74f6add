import type { z } from 'zod';
import type { Access, ApiKey, Resource } from './api-keys.js';
import type { Cause } from './event-log.js';
import type { Form } from './form.js';
import type { MoneyCall } from './ledger.js';
import { readParameters } from './parameters.js';
import type { FakePlatform } from './platform.js';

/** What a handler knows beside its parameters. */
export interface Call {
  readonly id: string;
  readonly cause: Cause;
  readonly key: ApiKey;
}

export interface MoneyMove {
  readonly call: MoneyCall;
  readonly debtId: string;
  readonly paymentMethod: string | null;
  /** The object that is locked while the request is under way. */
  readonly locks: string;
}

export interface Endpoint<P> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `:id` stands for one id. */
  readonly path: string;
  readonly resource: Resource;
  readonly access: Access;
  readonly parameters: z.ZodType<P>;
  /** The debt a request wants to move money for; null when it moves none. */
  readonly moves?: (platform: FakePlatform, parameters: P, id: string) => MoneyMove | null;
  readonly run: (platform: FakePlatform, parameters: P, call: Call) => object;
}

/** An endpoint whose parameters are read when it is called. */
export interface Route {
  readonly method: Endpoint<unknown>['method'];
  readonly pattern: RegExp;
  readonly resource: Resource;
  readonly access: Access;
  read(form: Form): Prepared;
}

export interface Prepared {
  moves(platform: FakePlatform, id: string): MoneyMove | null;
  run(platform: FakePlatform, call: Call): object;
}

export const route = <P>(endpoint: Endpoint<P>): Route => ({
  method: endpoint.method,
  pattern: new RegExp(`^${endpoint.path.replace(':id', '([^/]+)')}$`),
  resource: endpoint.resource,
  access: endpoint.access,
  read: (form) => {
    const parameters = readParameters(endpoint.parameters, form);
    return {
      moves: (platform, id) => endpoint.moves?.(platform, parameters, id) ?? null,
      run: (platform, call) => endpoint.run(platform, parameters, call),
    };
  },
});
