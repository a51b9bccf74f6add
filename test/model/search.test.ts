import { describe, expect, it } from '@jest/globals';
import type { Box, SwitchedOff } from './box.js';
import { search } from './search.js';

const none = { crashes: 0, expiries: 0, signals: 0, operators: 0, declines: 0 };
const box = (name: string, over: Partial<Box>): Box => ({
  name, source: 'direct', protection: { kind: 'single_use_object', absentIsFinalAfterMs: 60_000 }, prepares: 'yes', dunning: 'not_controllable',
  workers: 1, cases: 1, signals: [], operators: [], intake: 'lives', declines: [], budget: none, ...over,
});

/** The approval without the event it owes. */
const noOutbox: SwitchedOff = {
  rule: 'the event is owed in the write of the approval',
  breaks: ['4'],
  write: (write) => {
    if (write.name !== 'outcome') return write;
    const { outbox: _event, ...pushed } = (write.update.$push ?? {}) as Record<string, unknown>;
    return { ...write, update: { ...write.update, $push: pushed } };
  },
};

describe('every interleaving of a box', () => {
  it.each([
    box('two crashes', { budget: { ...none, crashes: 2 } }),
    box('a crash or a lost answer', { budget: { ...none, crashes: 1 } }),
    box('the same at a gateway that keeps keys', { protection: { kind: 'key', keptForMs: 86_400_000, absentIsFinalAfterMs: 60_000 }, prepares: 'no', budget: { ...none, crashes: 1 } }),
    box('two workers, one of which stands still past its lease', { workers: 2, budget: { ...none, expiries: 1 } }),
  ])('keeps all laws: $name', async (one) => {
    const found = await search(one);
    expect(found).toMatchObject({ whole: 'yes', broken: [] });
    expect(found.states).toBeGreaterThan(100);
  });

  it('breaks the law of events once the approval does not owe one', async () => {
    const found = await search(box('one crash', { budget: { ...none, crashes: 1 } }), noOutbox);
    expect(found.broken.map(({ law }) => law.slice(0, 1))).toEqual(noOutbox.breaks);
  });
});
