import { fstatSync } from 'node:fs';
import { z } from 'zod';
import { startGatewayFake } from './gateway-fake.js';
import { fakeSettings } from './settings.js';

/**
 * The fake as a process of its own: prints one JSON line `{"ready":true,"url":…,"port":…}` when it listens, and ends when its parent's pipe or IPC
 * channel closes.
 */
const environment = z.object({
  FAKE_GATEWAY_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  FAKE_GATEWAY_TIME_SCALE: z.coerce.number().positive().default(1),
  FAKE_GATEWAY_TIME_ORIGIN: z.iso.datetime({ offset: true }).transform((text) => new Date(text)).optional(),
  FAKE_GATEWAY_API_KEY: z.string().min(1).default('uk_test_fake'),
  FAKE_GATEWAY_SWITCH: fakeSettings.shape.switch,
  FAKE_GATEWAY_KEYS_KEPT_FOR_MS: z.coerce.number().min(0).optional(),
  FAKE_GATEWAY_LAG_MS: z.union([z.literal('never'), z.coerce.number().min(0)]).default(0),
});

const read = environment.safeParse(process.env);
if (!read.success) {
  process.stderr.write(`The gateway fake cannot start:\n${z.prettifyError(read.error)}\n`);
  process.exit(1);
}

const given = read.data;
const fake = await startGatewayFake({
  port: given.FAKE_GATEWAY_PORT,
  scale: given.FAKE_GATEWAY_TIME_SCALE,
  apiKey: given.FAKE_GATEWAY_API_KEY,
  settings: {
    switch: given.FAKE_GATEWAY_SWITCH,
    lagMs: given.FAKE_GATEWAY_LAG_MS,
    ...(given.FAKE_GATEWAY_KEYS_KEPT_FOR_MS === undefined ? {} : { keysKeptForMs: given.FAKE_GATEWAY_KEYS_KEPT_FOR_MS }),
  },
  ...(given.FAKE_GATEWAY_TIME_ORIGIN === undefined ? {} : { origin: given.FAKE_GATEWAY_TIME_ORIGIN }),
});

const stop = (): void => {
  void fake.close().finally(() => process.exit(0));
};

const stdin = fstatSync(0);
if (stdin.isFIFO() || stdin.isSocket()) process.stdin.on('end', stop).on('close', stop).on('error', stop).resume();
process.on('disconnect', stop);
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

process.stdout.write(`${JSON.stringify({ ready: true, url: fake.url, port: fake.port })}\n`);
