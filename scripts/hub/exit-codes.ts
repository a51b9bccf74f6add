/** How the core's process ends: what its supervisor goes by. */
export const exitCodes = {
  /** It was asked to end. */
  asked: 0,
  /** Something failed that a new start may mend. */
  failed: 1,
  /** A person has to change something first: a setting, a plugin, the address. */
  refused: 2,
} as const;
