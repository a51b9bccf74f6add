import { fstatSync } from 'node:fs';
import { z } from 'zod';
import { startChargebeeFake } from './chargebee-fake.js';

/**
 * Runs the fake as its own process: prints one JSON line `{"ready":true,"url":…}` when it listens and ends when its parent's pipe or
 * IPC channel closes.
 */
const environment = z.object({
  FAKE_CHARGEBEE_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  FAKE_CHARGEBEE_TIME_SCALE: z.coerce.number().positive().default(1),
  FAKE_CHARGEBEE_TIME_ORIGIN: z.iso.datetime({ offset: true }).transform((text) => new Date(text)).optional(),
  FAKE_CHARGEBEE_SEED: z.coerce.number().int().default(1),
  FAKE_CHARGEBEE_SITE: z.string().min(1).default('fake-test'),
  FAKE_CHARGEBEE_CATALOG: z.enum(['v1', 'v2']).default('v2'),
  FAKE_CHARGEBEE_API_KEY: z.string().min(1).default('test_fake_key'),
});

const read = environment.safeParse(process.env);
if (!read.success) {
  process.stderr.write(`The Chargebee fake cannot start:\n${z.prettifyError(read.error)}\n`);
  process.exit(1);
}

const settings = read.data;
const fake = await startChargebeeFake({
  port: settings.FAKE_CHARGEBEE_PORT,
  scale: settings.FAKE_CHARGEBEE_TIME_SCALE,
  seed: settings.FAKE_CHARGEBEE_SEED,
  apiKey: settings.FAKE_CHARGEBEE_API_KEY,
  site: settings.FAKE_CHARGEBEE_SITE,
  catalog: settings.FAKE_CHARGEBEE_CATALOG,
  ...(settings.FAKE_CHARGEBEE_TIME_ORIGIN === undefined ? {} : { origin: settings.FAKE_CHARGEBEE_TIME_ORIGIN }),
});

const stop = (): void => {
  void fake.close().finally(() => process.exit(0));
};

const stdin = fstatSync(0);
if (stdin.isFIFO() || stdin.isSocket()) process.stdin.on('end', stop).on('close', stop).on('error', stop).resume();
process.on('disconnect', stop);
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

process.stdout.write(`${JSON.stringify({ ready: true, url: fake.url, port: fake.port, site: fake.site })}\n`);
