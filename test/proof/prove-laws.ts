import { judge, laws, plantedWorlds, soundWorld, type LawNumber } from './laws/index.js';

/** Whether a law objects to what was planted for it. */
export interface PlantedRow { readonly law: LawNumber; readonly what: string; readonly objection: string | undefined }

/** Every law against the violations planted for it; none may object to the sound world. */
export const provePlanted = (): { readonly rows: readonly PlantedRow[]; readonly soundObjections: readonly string[] } => ({
  rows: plantedWorlds.map(({ law, what, evidence }) => ({ law, what, objection: laws.find(({ number }) => number === law)?.judge(evidence)[0]?.what })),
  soundObjections: judge(soundWorld).map(({ what }) => what),
});
