import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How far a fact can be trusted. `SDK`: read in the official SDK or its schemas. `LAB`: run against a loopback server. `REC`: recorded. `DOC`: documented by
 * the platform. `ISSUE`: reported in public. `THIRD`: a third party's word. `INF`: our conclusion.
 */
export type Certainty = 'SDK' | 'LAB' | 'REC' | 'DOC' | 'ISSUE' | 'THIRD' | 'INF';

/** One behaviour of a fake. `source`: part of the notes on the platform, or the public place. `switch`: the fake can do either. */
export interface Fact {
  readonly says: string;
  readonly source: string;
  readonly certainty: Certainty;
  readonly switch?: string;
}

/** Where a fake and its table of facts do not agree; all three are empty where they do. */
export interface FactFaults {
  /** Facts the sources name, by `fact('…')` in code or comment, that have no row. */
  readonly withoutRow: readonly string[];
  /** Rows that no source names. */
  readonly unnamed: readonly string[];
  /** Switches that no row names. */
  readonly switchesWithoutRow: readonly string[];
}

/**
 * Compares the sources of a fake with its table.
 * @param folder - Where its sources are; tests do not count.
 * @param switches - The fake's switches, by name.
 */
export const factFaults = (folder: string, facts: Readonly<Record<string, Fact>>, switches: object): FactFaults => {
  const source = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const used = new Set([...source.matchAll(/fact\('([^']+)'\)/g)].map((match) => match[1] ?? ''));
  const switched = Object.values(facts).map((row) => row.switch);
  return {
    withoutRow: [...used].filter((id) => !Object.hasOwn(facts, id)),
    unnamed: Object.keys(facts).filter((id) => !used.has(id)),
    switchesWithoutRow: Object.keys(switches).filter((name) => !switched.includes(name)),
  };
};
