import { z } from 'zod';
import { DeclineCatalogueError, type CatalogueProblem } from './catalogue-error.js';
import { checkDeclineRows, checkReasons } from './check-decline-rows.js';
import { checkNetworkLimits } from './check-network-limits.js';
import { checkSystems } from './check-systems.js';
import { buildCodeTable, type CodeTable } from './code-table.js';
import { readDeclineFiles, type DeclineFileName, type DeclineFiles } from './decline-files.js';
import {
  categoryHistoryRowSchema,
  declineRowSchema,
  networkLimitRowSchema,
  reasonRowSchema,
  systemRowSchema,
  type DeclineRow,
  type NetworkLimitRow,
  type ReasonRow,
  type SystemRow,
} from './file-schemas.js';
import { readJson, readPart, readRows, type PlacedRow } from './read-rows.js';

/** What the files say, checked and ready to be asked. Immutable; one per process. */
export interface DeclineCatalogue {
  /** Our reasons by name. */
  readonly reasons: ReadonlyMap<string, ReasonRow>;
  /** Other names a merchant may send for a reason. */
  readonly reasonAliases: ReadonlyMap<string, string>;
  /** One short sentence per reason. */
  readonly reasonMessages: ReadonlyMap<string, string>;
  /** Every decline row, in the order of the file. */
  readonly rows: readonly DeclineRow[];
  /** How each table is read, by its name. */
  readonly systems: ReadonlyMap<string, SystemRow>;
  /** The codes of each table, by its name. */
  readonly tables: ReadonlyMap<string, CodeTable<DeclineRow>>;
  /** Ceilings of the card networks as dated rows; a row without dates always holds. */
  readonly networkLimits: readonly NetworkLimitRow[];
}

const someRows = z.array(z.unknown()).min(1);
const rulesFileSchema = z.strictObject({ about: z.string(), limits: someRows, visa_category_history: someRows });
const systemsFileSchema = z.strictObject({ about: z.string(), systems: someRows, reason_aliases: z.record(z.string(), z.string()) });
const sentence = z.string().regex(/^[A-Z][^\n]{3,90}\.$/, 'one sentence: a capital, at most 92 characters, a full stop');
const messagesSchema = z.record(z.string(), sentence);

/**
 * Reads and checks the catalogue's files: shapes, no `(system, code)` twice, reasons exist, categories agree, `ignore` only with
 * `not_a_payment_failure`, every table declared, one message per reason, and no two limits of one network, region, gateway, scope and condition
 * in force on the same day.
 *
 * @param files the text of each file; those shipped with the hub if left out
 * @throws DeclineCatalogueError once, with every problem found
 */
export function loadDeclineCatalogue(files: DeclineFiles = readDeclineFiles()): DeclineCatalogue {
  const problems: CatalogueProblem[] = [];
  const whole = <T>(name: DeclineFileName, schema: z.ZodType<T>): T | undefined =>
    readPart(name, 'the file', schema, readJson(name, files, problems), problems);
  const rows = <T>(name: DeclineFileName, schema: z.ZodType<T>): PlacedRow<T>[] =>
    readRows(name, 'the file', schema, readJson(name, files, problems), problems);
  const rules = whole('network-rules.json', rulesFileSchema);
  const lookup = whole('systems.json', systemsFileSchema);
  const messages = whole('reason-messages.json', messagesSchema);

  const declines = rows('decline-codes.json', declineRowSchema);
  const reasons = rows('canonical-codes.json', reasonRowSchema);
  const limits = rules === undefined ? [] : readRows('network-rules.json', 'limits', networkLimitRowSchema, rules.limits, problems);
  if (rules !== undefined) {
    readRows('network-rules.json', 'visa_category_history', categoryHistoryRowSchema, rules.visa_category_history, problems);
  }
  const systems = lookup === undefined ? [] : readRows('systems.json', 'systems', systemRowSchema, lookup.systems, problems);

  const reasonAliases = new Map(Object.entries(lookup?.reason_aliases ?? {}));
  const reasonMessages = new Map(Object.entries(messages ?? {}));
  problems.push(
    ...checkReasons(reasons, reasonMessages, reasonAliases),
    ...checkDeclineRows(declines, reasons),
    ...checkNetworkLimits(limits),
    ...checkSystems(systems, declines),
  );
  if (problems.length > 0) throw new DeclineCatalogueError(problems);

  const declineRows = declines.map(({ row }) => row);
  return {
    reasons: new Map(reasons.map(({ row }) => [row.canonical, row])),
    reasonAliases,
    reasonMessages,
    rows: declineRows,
    systems: new Map(systems.map(({ row }) => [row.system, row])),
    tables: tablesOf(declineRows),
    networkLimits: limits.map(({ row }) => row),
  };
}

function tablesOf(rows: readonly DeclineRow[]): ReadonlyMap<string, CodeTable<DeclineRow>> {
  const systems = new Set(rows.map((row) => row.system));
  return new Map([...systems].map((system) => [system, buildCodeTable(rows.filter((row) => row.system === system))]));
}
