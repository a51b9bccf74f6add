import { describe, expect, it } from '@jest/globals';
import { decodeTime, isValid } from 'ulid';
import { newId } from './index.js';

describe('ids of documents', () => {
  it('are ULIDs of this moment, all different', () => {
    const from = Date.now();
    const ids = Array.from({ length: 5000 }, newId);
    expect(ids.every((id) => isValid(id) && decodeTime(id) >= from && decodeTime(id) <= Date.now())).toBe(true);
    expect(new Set(ids).size).toBe(5000);
    expect(new Set(ids.map((id) => id.slice(-16, -8))).size).toBe(5000);
    expect(new Set(ids.map((id) => id.at(-1))).size).toBe(32);
  });
});
