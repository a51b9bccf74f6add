import { z } from 'zod';

/**
 * Which protection the fake really keeps, whatever a plugin declares.
 *
 * `single_use_object`: an object succeeds once, and never after it was cancelled. `key`: the same key gives the same answer for `keysKeptForMs`.
 * `search_only`: none of both; an object is charged as often as it is confirmed, `cancel` says canceled and does nothing, keys are not read.
 */
export const protectionSwitch = z.enum(['single_use_object', 'key', 'search_only']);

export type ProtectionSwitch = z.output<typeof protectionSwitch>;

const HOUR_MS = 3_600_000;

/** What a fake can be told at its start and, by `POST /_fake/settings`, later. All durations are hub time. */
export const fakeSettings = z.strictObject({
  switch: protectionSwitch.default('search_only'),
  /** How long a key is remembered. */
  keysKeptForMs: z.number().min(0).default(24 * HOUR_MS),
  /** How long after it was applied a charge stays invisible to search; `never`: search is blind. */
  lagMs: z.union([z.number().min(0), z.literal('never')]).default(0),
});

export type FakeSettings = z.output<typeof fakeSettings>;
