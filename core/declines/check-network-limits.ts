import type { CatalogueProblem } from './catalogue-error.js';
import type { NetworkLimitRow } from './file-schemas.js';
import type { PlacedRow } from './read-rows.js';

const file = 'network-rules.json';
const beforeAll = '0000-01-01';
const afterAll = '9999-12-31';

/** Two limits for the same network, region, gateway, scope and condition are never in force on the same day; both ends of a row are in force. */
export function checkNetworkLimits(limits: readonly PlacedRow<NetworkLimitRow>[]): CatalogueProblem[] {
  return limits.flatMap(({ place, row }, index) => {
    const sameId = limits.slice(0, index).filter((earlier) => earlier.row.id === row.id);
    const overlapping = limits.slice(0, index).filter((earlier) => subjectOf(earlier.row) === subjectOf(row) && overlap(earlier.row, row));
    return [
      ...sameId.map((earlier) => ({ file, row: place, found: `the id of ${earlier.place}`, expected: 'each id once' })),
      ...overlapping.map((earlier) => ({
        file,
        row: place,
        found: `in force ${spell(row)}, while ${earlier.place} is in force ${spell(earlier.row)}`,
        expected: 'rows for one network, region, scope and condition that do not overlap in time: close the older one with effective_to',
      })),
    ];
  });
}

const subjectOf = (row: NetworkLimitRow): string =>
  JSON.stringify([row.network, row.region ?? null, row.gateway ?? null, (row.scope ?? []).toSorted(), row.when ?? null]);

const overlap = (a: NetworkLimitRow, b: NetworkLimitRow): boolean =>
  (a.effective_from ?? beforeAll) <= (b.effective_to ?? afterAll) && (b.effective_from ?? beforeAll) <= (a.effective_to ?? afterAll);

const spell = (row: NetworkLimitRow): string => {
  if (row.effective_from === undefined && row.effective_to === undefined) return 'always';
  return `from ${row.effective_from ?? 'ever'} to ${row.effective_to ?? 'now on'}`;
};
