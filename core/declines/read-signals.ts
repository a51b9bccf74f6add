import type { RawDecline } from '../connector-kit/index.js';
import type { MatchedSignal } from './classification.js';
import { isInRange, parseCodeRange } from './code-table.js';
import type { DeclineCatalogue } from './decline-catalogue.js';
import type { DeclineRow } from './file-schemas.js';

const rawCode = /^[0-9A-Z]{2}$/;

/** A row of the catalogue as a signal. */
function toSignal(step: MatchedSignal['step'], row: DeclineRow, notBeforeHours?: number): MatchedSignal {
  return {
    step,
    system: row.system,
    code: row.code,
    canonical: row.canonical,
    category: row.category,
    retry: row.retry,
    ...(row.network_category === undefined ? {} : { networkCategory: row.network_category }),
    ...(row.wait_hours === undefined ? {} : { waitHours: row.wait_hours }),
    ...(notBeforeHours === undefined ? {} : { notBeforeHours }),
  };
}

/** The row a table was given for this very code or its range. */
export function readTable(step: MatchedSignal['step'], system: string, code: string, catalogue: DeclineCatalogue): MatchedSignal | undefined {
  const row = catalogue.tables.get(system)?.own(code);
  return row === undefined ? undefined : toSignal(step, row);
}

/** The gateway's own code, in the table the plugin named. */
export function readGatewayCode({ system, code }: RawDecline, catalogue: DeclineCatalogue): MatchedSignal | undefined {
  const kind = catalogue.systems.get(system)?.kind;
  if (kind === 'reason_names') return readReasonName('gateway', system, code, catalogue);
  return readTable(kind === 'gateway_block' ? 'gateway_block' : 'gateway', system, code, catalogue);
}

/** The issuer's raw code in the table of the card's brand, or that table's row for codes without their own. */
export function readNetworkCode({ network, networkCode }: RawDecline, catalogue: DeclineCatalogue): MatchedSignal | undefined {
  const code = networkCode?.toUpperCase();
  if (network === undefined || code === undefined || !rawCode.test(code)) return undefined;
  const brand = network.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const system = [...catalogue.systems.values()].find((row) => row.kind === 'network' && row.brands.includes(brand))?.system;
  const table = system === undefined ? undefined : catalogue.tables.get(system);
  const row = table?.own(code) ?? table?.wildcard;
  return row === undefined ? undefined : toSignal('network', row);
}

/** The issuer's raw code in the tables for any network. */
export function readAnyNetworkCode({ networkCode }: RawDecline, catalogue: DeclineCatalogue): readonly MatchedSignal[] {
  const code = networkCode?.toUpperCase();
  return code === undefined ? [] : readGeneralTables(code, 'any_network', catalogue);
}

/** The advice code, in a table of advice only. */
export function readAdvice({ adviceSystem, adviceCode }: RawDecline, catalogue: DeclineCatalogue): MatchedSignal | undefined {
  if (adviceSystem === undefined || adviceCode === undefined) return undefined;
  const system = catalogue.systems.get(adviceSystem);
  if (system?.kind !== 'advice') return undefined;
  const row = catalogue.tables.get(adviceSystem)?.own(adviceCode);
  return row === undefined ? undefined : toSignal('advice', row, system.not_before_hours?.[row.code]);
}

/** The tables for raw codes of any network, without the codes that each network defines for itself. */
export function readGeneralTables(code: string, step: MatchedSignal['step'], catalogue: DeclineCatalogue): readonly MatchedSignal[] {
  if (!rawCode.test(code)) return [];
  return [...catalogue.systems.values()].flatMap((system) => {
    if (system.kind !== 'any_network') return [];
    const excepted = parseCodeRange(system.except);
    const row = catalogue.tables.get(system.system)?.own(code);
    return row === undefined || (excepted !== undefined && isInRange(code, excepted)) ? [] : [toSignal(step, row)];
  });
}

/** A code that is one of our reasons, or another name for one. */
export function readReasonName(
  step: MatchedSignal['step'],
  system: string,
  code: string,
  catalogue: DeclineCatalogue,
): MatchedSignal | undefined {
  const reason = catalogue.reasons.get(catalogue.reasonAliases.get(code) ?? code);
  if (reason === undefined) return undefined;
  const { canonical, category, retry } = reason;
  return { step, system, code, canonical, category, retry };
}
