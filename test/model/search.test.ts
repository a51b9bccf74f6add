import { describe, expect, it } from '@jest/globals';
import { boxesOf, rulesTakenAway } from './plan.js';
import { rules } from './rules.js';
import { search } from './search.js';

// the larger ones are searched by `npm run prove -- model`, compiled
const small = boxesOf('ci', 60).filter(({ box: { budget } }) => budget.crashes + budget.expiries <= 1);
const named = <T extends { readonly box: { readonly name: string } }>(jobs: readonly T[]) => jobs.map((job) => ({ ...job, name: job.box.name }));

describe('every interleaving of a box', () => {
  it.each(named(small))('keeps all laws: $name', async ({ box, limits }) => {
    const found = await search(box, undefined, limits);
    expect(found).toMatchObject({ whole: 'yes', broken: [] });
    expect(found.states).toBeGreaterThan(100);
  }, 120_000);
});

describe('a rule taken away', () => {
  it.each(rulesTakenAway)('breaks its law: $rule', async ({ box, rule, limits }) => {
    const off = rules.find((one) => one.rule === rule);
    const { broken } = await search(box, off, limits);
    expect(off?.breaks.some((law) => broken.some((one) => one.law.startsWith(`${law}:`)))).toBe(true);
  }, 120_000);
});
