import { z } from 'zod';
import { runFake } from '../../../../core/connector-kit/testing/index.js';
import { startGatewayFake } from './gateway-fake.js';
import { fakeSettings } from './settings.js';

await runFake({
  name: 'The gateway fake',
  prefix: 'FAKE_GATEWAY_',
  own: {
    API_KEY: z.string().min(1).default('uk_test_fake'),
    SWITCH: fakeSettings.shape.switch,
    KEYS_KEPT_FOR_MS: z.coerce.number().min(0).optional(),
    LAG_MS: z.union([z.literal('never'), z.coerce.number().min(0)]).default(0),
  },
  environment: process.env,
  start: (settings, own) => startGatewayFake({
    ...settings,
    apiKey: own.API_KEY,
    settings: { switch: own.SWITCH, lagMs: own.LAG_MS, ...(own.KEYS_KEPT_FOR_MS === undefined ? {} : { keysKeptForMs: own.KEYS_KEPT_FOR_MS }) },
  }),
});
