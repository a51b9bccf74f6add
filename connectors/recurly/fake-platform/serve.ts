import { z } from 'zod';
import { runFake } from '../../../core/connector-kit/testing/index.js';
import { startRecurlyFake } from './recurly-fake.js';

await runFake({
  name: 'The Recurly fake',
  prefix: 'FAKE_RECURLY_',
  own: {
    SITE_ID: z.string().min(1).max(13).default('rfakesite0001'),
    MODE: z.enum(['development', 'sandbox', 'production']).default('sandbox'),
    API_KEY: z.string().min(1).default('fake_private_key'),
  },
  environment: process.env,
  start: (settings, { SITE_ID: siteId, MODE: mode, API_KEY: apiKey }) => startRecurlyFake({ ...settings, siteId, mode, apiKey }),
  tell: ({ siteId }) => ({ site: siteId }),
});
