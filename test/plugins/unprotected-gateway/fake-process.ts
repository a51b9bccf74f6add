import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { controlOf, type FakeControl } from './fake-control.js';
import type { FakeSettings } from './fake/settings.js';

/** A fake in an OS process of its own. */
export interface FakeProcess extends FakeControl {
  readonly url: string;
  readonly port: number;
  /** Ends it by closing its standard input, as the end of this process would. Resolves to its exit code. */
  stop(): Promise<number | null>;
}

/** How a fake's process is started: on the clock of the hub it stands beside. */
export interface FakeProcessOptions extends Partial<FakeSettings> {
  readonly scale: number;
  readonly origin: Date;
  readonly apiKey: string;
}

const readyLine = z.object({ ready: z.literal(true), url: z.url(), port: z.int() });

/** Starts the compiled fake and waits for its ready line. */
export const startFakeProcess = async (options: FakeProcessOptions): Promise<FakeProcess> => {
  const child = spawn(process.execPath, [join(process.cwd(), 'dist/test/plugins/unprotected-gateway/fake/serve.js')], {
    env: {
      FAKE_GATEWAY_TIME_SCALE: String(options.scale),
      FAKE_GATEWAY_TIME_ORIGIN: options.origin.toISOString(),
      FAKE_GATEWAY_API_KEY: options.apiKey,
      ...(options.switch === undefined ? {} : { FAKE_GATEWAY_SWITCH: options.switch }),
      ...(options.lagMs === undefined ? {} : { FAKE_GATEWAY_LAG_MS: String(options.lagMs) }),
      ...(options.keysKeptForMs === undefined ? {} : { FAKE_GATEWAY_KEYS_KEPT_FOR_MS: String(options.keysKeptForMs) }),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([once(lines, 'line'), ended.then(() => undefined)]);
  if (line === undefined) throw new Error('The gateway fake ended before it was ready.');
  const { url, port } = readyLine.parse(JSON.parse(String(line[0])));
  return {
    ...controlOf(url),
    url,
    port,
    stop: () => {
      child.stdin.end();
      return ended;
    },
  };
};
