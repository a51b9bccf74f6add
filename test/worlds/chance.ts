/** Chance that can be had again: each use draws from a stream of its own, so that one more draw in one place changes nothing in another. */
export interface Chance {
  /** 0 up to, not including, 1. */
  fraction(): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** True in so many of a hundred. */
  percent(share: number): boolean;
  pick<const L extends readonly [unknown, ...unknown[]]>(from: L): L[number];
  /** Another stream, known by its name. */
  stream(name: string): Chance;
}

const hash = (text: string): number => {
  let h = 2_166_136_261;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 16_777_619);
  return h >>> 0;
};

/** The stream of this name. */
export const chanceOf = (name: string): Chance => {
  let state = hash(name);
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1));
  return {
    fraction,
    between,
    percent: (share) => fraction() * 100 < share,
    pick: <const L extends readonly [unknown, ...unknown[]]>(from: L): L[number] => from[between(0, from.length - 1)],
    stream: (more) => chanceOf(`${name}/${more}`),
  };
};
