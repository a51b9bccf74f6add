import type { CatalogueProblem } from './catalogue-error.js';
import { parseCodeRange } from './code-table.js';
import type { DeclineRow, ReasonRow } from './file-schemas.js';
import { show, type PlacedRow } from './read-rows.js';
import { reasonsInRules } from './reasons-in-rules.js';

const codesFile = 'decline-codes.json';
const reasonsFile = 'canonical-codes.json';
const ignored = 'not_a_payment_failure';

/** Reasons are unique, each has its message, aliases lead to a reason, and the reasons that rules are written for exist. */
export function checkReasons(
  reasons: readonly PlacedRow<ReasonRow>[],
  messages: ReadonlyMap<string, string>,
  aliases: ReadonlyMap<string, string>,
): CatalogueProblem[] {
  const problems: CatalogueProblem[] = [];
  const seen = new Set<string>();
  for (const { place, row } of reasons) {
    if (seen.has(row.canonical)) {
      problems.push({
        file: reasonsFile,
        row: place,
        found: `canonical ${show(row.canonical)} a second time`,
        expected: 'each reason once',
      });
    }
    seen.add(row.canonical);
    problems.push(...checkIgnore(reasonsFile, place, row));
    if (messages.size > 0 && !messages.has(row.canonical)) {
      problems.push({
        file: 'reason-messages.json',
        row: show(row.canonical),
        found: 'no message',
        expected: 'one sentence for each reason',
      });
    }
  }
  if (seen.size === 0) return problems;
  for (const reason of reasonsInRules.filter((name) => !seen.has(name))) {
    problems.push({
      file: reasonsFile,
      row: 'the file',
      found: `no row for ${show(reason)}`,
      expected: 'a row, because a rule is written for it',
    });
  }
  for (const reason of [...messages.keys()].filter((name) => !seen.has(name))) {
    problems.push({
      file: 'reason-messages.json',
      row: show(reason),
      found: 'a message for a reason that does not exist',
      expected: `a reason of ${reasonsFile}`,
    });
  }
  for (const [alias, reason] of aliases) {
    if (seen.has(alias)) {
      problems.push({
        file: 'systems.json',
        row: `alias ${show(alias)}`,
        found: 'the name of a reason',
        expected: 'a name that no reason has',
      });
    }
    if (!seen.has(reason)) {
      problems.push({ file: 'systems.json', row: `alias ${show(alias)}`, found: show(reason), expected: `a reason of ${reasonsFile}` });
    }
  }
  return problems;
}

/** `(system, code)` is unique, the reason exists, its category agrees, and `ignore` comes only with its own reason. */
export function checkDeclineRows(declines: readonly PlacedRow<DeclineRow>[], reasons: readonly PlacedRow<ReasonRow>[]): CatalogueProblem[] {
  const problems: CatalogueProblem[] = [];
  const categories = new Map(reasons.map(({ row }) => [row.canonical, row.category]));
  const seen = new Map<string, string>();
  for (const { place, row } of declines) {
    const key = JSON.stringify([row.system, row.code]);
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      problems.push({ file: codesFile, row: place, found: `the same system and code as ${earlier}`, expected: 'each (system, code) once' });
    }
    seen.set(key, place);
    problems.push(...checkIgnore(codesFile, place, row));
    if (/^\d+-\d+$/.test(row.code) && parseCodeRange(row.code) === undefined) {
      problems.push({
        file: codesFile,
        row: place,
        found: `code ${show(row.code)}`,
        expected: 'a range from a lower to a higher code with the same number of digits',
      });
    }
    if (categories.size === 0) continue;
    const category = categories.get(row.canonical);
    if (category === undefined) {
      problems.push({ file: codesFile, row: place, found: `canonical ${show(row.canonical)}`, expected: `a reason of ${reasonsFile}` });
    } else if (category !== row.category) {
      problems.push({
        file: codesFile,
        row: place,
        found: `category ${show(row.category)}`,
        expected: `${show(category)}, as ${row.canonical} has in ${reasonsFile}`,
      });
    }
  }
  return problems;
}

function checkIgnore(file: string, place: string, row: { readonly canonical: string; readonly retry: string }): CatalogueProblem[] {
  if ((row.retry === 'ignore') === (row.canonical === ignored)) return [];
  const found = `retry ${show(row.retry)} with canonical ${show(row.canonical)}`;
  return [{ file, row: place, found, expected: `ignore and ${ignored} only together` }];
}
