import { z } from 'zod';
import { defineGateway } from '../../core/connector-kit/index.js';
import { charge, find, prepare, protection, readToken, refund, revoke } from './test-gateway.js';

/** The built-in test gateway: no network, no state, answers by token. The README lists the tokens. */
export const gateway = defineGateway({
  id: 'test',
  displayName: 'Built-in test gateway',
  contract: '0.1.0',
  configSchema: z.strictObject({}),
  mode: () => 'test',
  hosts: () => [],
  limits: () => ({ perMinute: 6_000_000, concurrent: 1000 }),
  open: () => undefined,

  readToken,
  accepts: (token) => token.gatewayType === 'test',
  currencies: () => 'any',
  protection,
  prepare,
  charge,
  find,
  revoke,
  refund,
  checkHealth: () => Promise.resolve({ findings: [] }),
});
