import { z } from 'zod';

/** What the core's process says once, when it works. */
export const readyMessage = z.object({
  ready: z.literal(true),
  /** Where it listens; null in role `worker`. */
  url: z.string().nullable(),
  clock: z.object({ scale: z.number(), origin: z.iso.datetime() }),
});
export type ReadyMessage = Readonly<z.output<typeof readyMessage>>;

/** Tells the process that forked us, else whoever reads standard output. */
export const sayReady = (message: ReadyMessage): void => {
  // a parent that has just gone is noticed by its disconnect
  if (process.send) process.send(message, () => undefined);
  else process.stdout.write(`${JSON.stringify(message)}\n`);
};
