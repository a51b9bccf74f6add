import { z } from 'zod';
import { runFake } from '../../../core/connector-kit/testing/index.js';
import { startStripeFake } from './stripe-fake.js';

await runFake({
  name: 'The Stripe fake',
  prefix: 'FAKE_STRIPE_',
  own: { API_KEY: z.string().min(1).default('sk_test_fake') },
  environment: process.env,
  start: (settings, { API_KEY: apiKey }) => startStripeFake({ ...settings, apiKey }),
  tell: ({ accountId }) => ({ accountId }),
});
