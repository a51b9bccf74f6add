import { z } from 'zod';
import { CONTRACT_VERSION, defineGateway, secret, type PluginIo, type RepeatProtection } from '../../../core/connector-kit/index.js';
import { charge, find, prepare, revoke } from './charge.js';
import { errorOf, get, HOST, type UnprotectedConfig } from './gateway-api.js';
import { refund } from './refund.js';

/** What every merchant of a keyed account is told, true or not. */
const KEYS_KEPT_FOR_MS = 24 * 3_600_000;

const protectionOf = ({ protection: kind, absentIsFinalAfterMs }: UnprotectedConfig): RepeatProtection => {
  switch (kind) {
    case 'key':
      return { kind, absentIsFinalAfterMs, keptForMs: KEYS_KEPT_FOR_MS };
    case 'single_use_object':
    case 'search_only':
      return { kind, absentIsFinalAfterMs };
  }
};

/** A gateway whose protection is whatever its merchant declares, so that a test can declare too much. */
export const gateway = defineGateway<UnprotectedConfig, PluginIo>({
  id: 'unprotected',
  displayName: 'Gateway that protects nothing',
  contract: CONTRACT_VERSION,
  configSchema: z.strictObject({
    apiKey: secret(),
    protection: z.enum(['single_use_object', 'key', 'search_only']),
    absentIsFinalAfterMs: z.int().min(0),
  }),
  mode: () => 'test',
  hosts: () => [HOST],
  limits: () => ({ perMinute: 6000, concurrent: 10 }),
  readToken: (text) =>
    /^um_[A-Za-z0-9_]+$/.test(text)
      ? { recognised: true, token: { gatewayType: 'unprotected', gatewayAccountRef: 'unprotected', methodRef: text } }
      : { recognised: false },
  accepts: (token) => token.gatewayType === 'unprotected',
  open: (_, io) => io,
  protection: protectionOf,
  prepare,
  charge,
  find,
  revoke,
  refund,
  checkHealth: async (context) => {
    const answer = await get(context, '/v1/account');
    if (answer.status === 200) return { findings: [] };
    if (answer.status === 401) return { findings: [{ code: 'wrong_key', message: 'The gateway does not know this key.', fix: 'Enter its API key again.' }] };
    throw errorOf(answer);
  },
});
