import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { facts } from '../facts.js';
import { defaultSwitches } from './switches.js';

const folder = join(import.meta.dirname, '.');
const source = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .join('\n');
const used = new Set([...source.matchAll(/fact\('([^']+)'\)/g)].map((match) => match[1] ?? ''));

describe('the table of facts', () => {
  it('has a row for every fact the fake names', () => {
    expect([...used].filter((id) => !Object.hasOwn(facts, id))).toEqual([]);
  });

  it('has no row the fake does not rest on', () => {
    expect(Object.keys(facts).filter((id) => !used.has(id))).toEqual([]);
  });

  it('names every switch of the fake in some row', () => {
    const named = Object.values(facts).map((row) => row.switch);
    expect(Object.keys(defaultSwitches()).filter((name) => !named.includes(name))).toEqual([]);
  });
});
