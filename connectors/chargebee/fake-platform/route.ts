import type { z } from 'zod';
import type { Cause } from './event-log.js';
import type { Form } from './form.js';
import { readParameters } from './parameters.js';
import type { FakePlatform } from './platform.js';
import type { Switches } from './switches.js';

/** What a handler knows beside its parameters. */
export interface Call {
  readonly id: string;
  readonly cause: Cause;
}

/** The debt a request wants to move money for. */
export interface MoneyMove {
  readonly debtId: string;
  readonly paymentSource: string | null;
}

export interface Endpoint<P> {
  readonly method: 'GET' | 'POST';
  /** `:id` stands for one id. */
  readonly path: string;
  /** What of the site it tells: some keys read only a part. */
  readonly data: 'transactional' | 'configuration';
  readonly parameters: z.ZodType<P>;
  readonly moves?: (platform: FakePlatform, parameters: P, id: string) => MoneyMove;
  readonly run: (platform: FakePlatform, parameters: P, call: Call) => object;
}

export interface Prepared {
  moves(platform: FakePlatform, id: string): MoneyMove | null;
  run(platform: FakePlatform, call: Call): object;
}

/** An endpoint whose parameters are read when it is called. */
export interface Route {
  readonly method: Endpoint<unknown>['method'];
  readonly pattern: RegExp;
  readonly data: Endpoint<unknown>['data'];
  /** Whether it writes on one invoice, which nobody else may then do at the same time. */
  readonly locks: boolean;
  read(form: Form, switches: Switches): Prepared;
}

export const route = <P>(endpoint: Endpoint<P>): Route => ({
  method: endpoint.method,
  pattern: new RegExp(`^${endpoint.path.replace(':id', '([^/]+)')}$`),
  data: endpoint.data,
  locks: endpoint.method === 'POST' && endpoint.path.startsWith('/invoices/:id/'),
  read: (form, switches) => {
    const parameters = readParameters(endpoint.parameters, form, switches);
    return {
      moves: (platform, id) => endpoint.moves?.(platform, parameters, id) ?? null,
      run: (platform, call) => endpoint.run(platform, parameters, call),
    };
  },
});
