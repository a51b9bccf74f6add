import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems give out by themselves: what a killed hub leaves is not given to another while it comes back. */
const [lowest, highest] = [20_000, 32_000] as const;
const tries = 50;

const isFree = (port: number): Promise<boolean> => new Promise((resolve) => {
  const server = createServer();
  server.once('error', () => { resolve(false); });
  server.listen(port, '127.0.0.1', () => { server.close(() => { resolve(true); }); });
});

/** A port of 127.0.0.1 that nobody listens on: a hub that is started again listens where it did before. */
export const freePort = async (): Promise<number> => {
  for (let n = 0; n < tries; n += 1) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port of 127.0.0.1 from ${String(lowest)} to ${String(highest)} is free.`);
};
