import { z } from 'zod';

/** What one worker did in a round: wall milliseconds, and the processor time of its own process. */
export const work = z.object({ ms: z.number(), cpuMs: z.number() });
export type Work = z.output<typeof work>;
