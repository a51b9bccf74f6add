import type { z } from 'zod';

/** The config as a merchant enters it: credentials are strings. */
export type InputOf<Schema extends z.ZodType> = z.input<Schema>;

/** The config as a plugin receives it: credentials are sealed. */
export type ConfigOf<Schema extends z.ZodType> = z.output<Schema>;
