import { describe, expect, it } from '@jest/globals';
import { factFaults } from '../../../core/connector-kit/testing/index.js';
import { facts } from '../facts.js';
import { defaultSwitches } from './switches.js';

describe('the table of facts', () => {
  it('has a row for every fact the fake names, no other row, and one for every switch', () => {
    expect(factFaults(import.meta.dirname, facts, defaultSwitches())).toEqual({ withoutRow: [], unnamed: [], switchesWithoutRow: [] });
  });
});
