import { fstatSync } from 'node:fs';
import { z } from 'zod';
import type { FakeServer } from './fake-server.js';

/** What a fake's process is told by its environment, each variable under the fake's prefix. */
const ordinary = {
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  TIME_SCALE: z.coerce.number().positive().default(1),
  TIME_ORIGIN: z.iso.datetime({ offset: true }).transform((text) => new Date(text)).optional(),
  SEED: z.coerce.number().int().default(1),
};

/** The settings every fake takes. */
export interface ProcessSettings {
  readonly port: number;
  readonly scale: number;
  readonly seed: number;
  readonly origin?: Date;
}

/** How a fake becomes a process of its own. */
export interface RunFakeOptions<Own extends z.ZodRawShape, Fake extends FakeServer> {
  /** As it is called where it cannot start: `The Acme fake`. */
  readonly name: string;
  /** What its variables begin with: `FAKE_ACME_` of `FAKE_ACME_PORT`. */
  readonly prefix: string;
  /** Its own variables, without the prefix. */
  readonly own: Own;
  readonly environment: Readonly<Record<string, string | undefined>>;
  start(settings: ProcessSettings, own: z.output<z.ZodObject<Own>>): Promise<Fake>;
  /** What its ready line tells beside `ready`, `url` and `port`. */
  tell?(fake: Fake): Readonly<Record<string, unknown>>;
}

const endWithParent = (stop: () => void): void => {
  const stdin = fstatSync(0);
  if (stdin.isFIFO() || stdin.isSocket()) process.stdin.on('end', stop).on('close', stop).on('error', stop).resume();
  process.on('disconnect', stop);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
};

/**
 * Runs a fake as its own process: prints one JSON line `{"ready":true,"url":…,"port":…}` when it listens and ends when its parent's pipe or IPC channel
 * closes. A variable that is not usable is named on standard error, and the process ends with 1.
 */
export const runFake = async <Own extends z.ZodRawShape, Fake extends FakeServer>(options: RunFakeOptions<Own, Fake>): Promise<void> => {
  const { name, prefix, own, environment } = options;
  const shape = Object.fromEntries(Object.entries({ ...ordinary, ...own }).map(([variable, schema]) => [`${prefix}${variable}`, schema]));
  const read = z.object(shape).safeParse(environment);
  if (!read.success) {
    process.stderr.write(`${name} cannot start:\n${z.prettifyError(read.error)}\n`);
    process.exit(1);
  }
  const plain = Object.fromEntries(Object.entries(read.data).map(([variable, value]) => [variable.slice(prefix.length), value]));
  // both come out of the schemas above, under their names without the prefix
  const settings = plain as z.output<z.ZodObject<typeof ordinary>>;
  const fake = await options.start(
    { port: settings.PORT, scale: settings.TIME_SCALE, seed: settings.SEED, ...(settings.TIME_ORIGIN === undefined ? {} : { origin: settings.TIME_ORIGIN }) },
    plain as z.output<z.ZodObject<Own>>,
  );
  endWithParent(() => void fake.close().finally(() => process.exit(0)));
  process.stdout.write(`${JSON.stringify({ ready: true, url: fake.url, port: fake.port, ...options.tell?.(fake) })}\n`);
};
