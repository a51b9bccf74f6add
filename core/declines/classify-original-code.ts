import type { Classification, MatchedSignal } from './classification.js';
import type { DeclineCatalogue } from './decline-catalogue.js';
import { judgeSignals } from './judge-signals.js';
import { printable } from './printable.js';
import { readGeneralTables, readReasonName, readTable } from './read-signals.js';
import { compareStrictness, type PlannedRetry, type RetryAdvice } from './retry-advice.js';

/**
 * What the `originalDeclineCode` of a direct call means: a code of the token's gateway (its own block table included), else a reason or an alias of
 * one, else, for two characters, the strictest reading as a raw network code. Codes that are not about a payment, unknown and absent codes are
 * `unknown`, which is handled with caution. Pure; never throws.
 *
 * @param gatewaySystem the table of the gateway that issued the token, if it is known
 */
export function classifyOriginalCode(
  code: string | undefined,
  gatewaySystem: string | undefined,
  catalogue: DeclineCatalogue,
): Classification {
  const found = code === undefined ? [] : findCode(code, gatewaySystem, catalogue);
  const codes = found.filter((signal) => signal.retry !== 'ignore');
  const signals = {
    ...(gatewaySystem === undefined ? {} : { system: printable(gatewaySystem) }),
    ...(code === undefined ? {} : { code: printable(code) }),
  };
  return judgeSignals(codes, undefined, signals, catalogue);
}

function findCode(code: string, gatewaySystem: string | undefined, catalogue: DeclineCatalogue): readonly MatchedSignal[] {
  const blockTables = [...catalogue.systems.values()].filter((row) => row.kind === 'gateway_block' && row.gateway === gatewaySystem);
  const gatewayTables = gatewaySystem === undefined ? [] : [gatewaySystem, ...blockTables.map((row) => row.system)];
  for (const system of gatewayTables) {
    const signal = readTable('original', system, code, catalogue);
    if (signal !== undefined) return [signal];
  }
  const reason = readReasonName('original', 'reason', code, catalogue);
  return reason === undefined ? readAsRawCode(code.toUpperCase(), catalogue) : [reason];
}

/** The card's brand is not known here: every network's reading is kept, the strictest first. */
function readAsRawCode(code: string, catalogue: DeclineCatalogue): readonly MatchedSignal[] {
  if (code.length !== 2) return [];
  const networks = [...catalogue.systems.values()].filter((row) => row.kind === 'network');
  const byNetwork = networks.flatMap((row) => readTable('original', row.system, code, catalogue) ?? []);
  const readings = [...byNetwork, ...readGeneralTables(code, 'original', catalogue)];
  return readings.toSorted((a, b) => compareStrictness(asPlan(b.retry), asPlan(a.retry)));
}

/** Raw network codes carry no pure information; a row that did would be the laxest. */
const asPlan = (retry: RetryAdvice): PlannedRetry => (retry === 'advice_only' ? 'soon' : retry);
