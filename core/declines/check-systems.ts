import type { CatalogueProblem } from './catalogue-error.js';
import type { DeclineRow, SystemRow } from './file-schemas.js';
import { show, type PlacedRow } from './read-rows.js';

const file = 'systems.json';

/** Every table is declared once and every declaration finds its table, its gateway and its codes. */
export function checkSystems(systems: readonly PlacedRow<SystemRow>[], declines: readonly PlacedRow<DeclineRow>[]): CatalogueProblem[] {
  if (systems.length === 0 || declines.length === 0) return [];
  const problems: CatalogueProblem[] = [];
  const note = (row: string, found: string, expected: string): void => void problems.push({ file, row, found, expected });
  const tables = new Map<string, Set<string>>();
  for (const { row } of declines) tables.set(row.system, (tables.get(row.system) ?? new Set()).add(row.code));
  const hasCode = (system: string, code: string): boolean => tables.get(system)?.has(code) ?? false;
  const declared = new Map<string, SystemRow>();
  const brands = new Map<string, string>();

  for (const { place, row } of systems) {
    if (declared.has(row.system)) note(place, `system ${show(row.system)} a second time`, 'each system once');
    declared.set(row.system, row);
    if (row.kind === 'network') {
      for (const brand of row.brands) {
        if (brands.has(brand)) note(place, `brand ${show(brand)}, which ${brands.get(brand)} has`, 'each brand in one network');
        if (!/^[a-z0-9]+$/.test(brand)) note(place, `brand ${show(brand)}`, 'lower-case letters and digits only');
        brands.set(brand, row.system);
      }
    }
  }
  for (const { place, row } of systems) {
    const hasRows = tables.has(row.system);
    if (row.kind === 'reason_names' && hasRows) note(place, 'rows in decline-codes.json', 'none: its codes are reasons');
    if (row.kind !== 'reason_names' && !hasRows) note(place, 'no row in decline-codes.json', 'at least one');
    if (row.kind === 'gateway_block' && declared.get(row.gateway)?.kind !== 'gateway') {
      note(place, `gateway ${show(row.gateway)}`, 'a declared system of kind gateway');
    }
    if (row.kind !== 'advice') continue;
    for (const code of (row.only_permits ?? []).filter((permitted) => !hasCode(row.system, permitted))) {
      note(place, `only_permits ${show(code)}`, 'a code of its own table');
    }
    for (const code of Object.keys(row.not_before_hours ?? {})) {
      if (!hasCode(row.system, code)) note(place, `not_before_hours for ${show(code)}`, 'a code of its own table');
    }
    for (const decided of row.decides_for ?? []) {
      const key = show(`${decided.system}/${decided.code}`);
      if (!hasCode(decided.system, decided.code)) note(place, `decides_for ${key}`, 'a row of decline-codes.json');
      for (const code of decided.advice.filter((advice) => !hasCode(row.system, advice))) {
        note(place, `decides_for advice ${show(code)}`, 'a code of its own table');
      }
    }
  }
  for (const system of tables.keys()) {
    if (!declared.has(system)) note('the file', `nothing about the table ${show(system)}`, 'a row that says how the table is read');
  }
  return problems;
}
