import { z } from 'zod';
import { runFake } from '../../../core/connector-kit/testing/index.js';
import { startChargebeeFake } from './chargebee-fake.js';

await runFake({
  name: 'The Chargebee fake',
  prefix: 'FAKE_CHARGEBEE_',
  own: {
    SITE: z.string().min(1).default('fake-test'),
    CATALOG: z.enum(['v1', 'v2']).default('v2'),
    API_KEY: z.string().min(1).default('test_fake_key'),
  },
  environment: process.env,
  start: (settings, { SITE: site, CATALOG: catalog, API_KEY: apiKey }) => startChargebeeFake({ ...settings, site, catalog, apiKey }),
  tell: ({ site }) => ({ site }),
});
