import type { Classification, DeclineSignals, MatchedSignal } from './classification.js';
import type { DeclineCatalogue } from './decline-catalogue.js';
import type { ReasonRow } from './file-schemas.js';
import { compareStrictness, strictestRetry, type PlannedRetry, type RetryAdvice } from './retry-advice.js';

/**
 * Makes one judgement of what was read. The first code names the reason and the strictest retry of all holds. A row whose reason is `unknown` knows
 * nothing, and a row that says `ignore` is overruled by any refusal; neither names a reason or sets the retry while another signal does.
 */
export function judgeSignals(
  codes: readonly MatchedSignal[],
  advice: MatchedSignal | undefined,
  signals: DeclineSignals,
  catalogue: DeclineCatalogue,
): Classification {
  const rule = advice !== undefined && isPlan(advice.retry) && !onlyPermits(advice, catalogue) ? { ...advice, retry: advice.retry } : undefined;
  const ignored = codes.length > 0 && codes.every((code) => code.retry === 'ignore') && rule === undefined;
  const heard = ignored ? codes : codes.filter((code) => code.retry !== 'ignore');
  const known = heard.filter((code) => code.canonical !== 'unknown');
  const named = nameReason(known[0], rule, catalogue);

  const advised = (known.length > 0 ? known : heard).map((code) =>
    rule !== undefined && decides(rule, code, catalogue) ? rule.retry : code.retry,
  );
  const plans = (rule === undefined ? advised : [...advised, rule.retry]).filter(isPlan);
  const [first, ...others] = known.length > 0 && plans.length > 0 ? plans : [named.retry, ...plans];
  const retry = strictestRetry(first ?? named.retry, others);

  const matched = advice === undefined ? codes : [...codes, advice];
  const waits = matched.flatMap((signal) => signal.waitHours ?? []);
  const networkCategory = codes.find((code) => code.networkCategory !== undefined)?.networkCategory;
  return {
    reason: named.canonical,
    category: named.category,
    retry,
    ...(retry === 'wait' ? { waitHours: Math.max(...waits) } : {}),
    ...(advice?.notBeforeHours === undefined ? {} : { notBeforeHours: advice.notBeforeHours }),
    ...(networkCategory === undefined ? {} : { networkCategory }),
    matched,
    ...(advice === undefined ? {} : { advice }),
    signals,
  };
}

/** The catalogue's check guarantees every reason a row names. */
function reasonOf(name: string, catalogue: DeclineCatalogue): ReasonRow {
  const reason = catalogue.reasons.get(name) ?? catalogue.reasons.get('unknown');
  if (reason === undefined) throw new Error('The decline catalogue has no reason "unknown"; make it with loadDeclineCatalogue()');
  return reason;
}

/** Advice that says something about the plan. */
type Ruling = MatchedSignal & { readonly retry: PlannedRetry };

/** Advice that ends all tries overrides a laxer code's reason, so that the answer says why; it never hides fraud. */
function nameReason(naming: MatchedSignal | undefined, advice: Ruling | undefined, catalogue: DeclineCatalogue): ReasonRow {
  const own = reasonOf(naming?.canonical ?? 'unknown', catalogue);
  if (advice === undefined || (advice.retry !== 'never' && advice.retry !== 'stop_mandate') || own.category === 'fraud') return own;
  const retry = naming !== undefined && isPlan(naming.retry) ? naming.retry : own.retry;
  return compareStrictness(advice.retry, retry) > 0 ? reasonOf(advice.canonical, catalogue) : own;
}

const isPlan = (retry: RetryAdvice): retry is PlannedRetry => retry !== 'advice_only';

/** Advice that allows a retry says nothing of when: a plan of hours stays one of hours. */
function onlyPermits(advice: MatchedSignal, catalogue: DeclineCatalogue): boolean {
  const system = catalogue.systems.get(advice.system);
  return system?.kind === 'advice' && (system.only_permits ?? []).includes(advice.code);
}

/** Some rows leave the plan to the advice code: the advice then replaces what the row says for want of one. */
function decides(advice: MatchedSignal, signal: MatchedSignal, catalogue: DeclineCatalogue): boolean {
  const system = catalogue.systems.get(advice.system);
  if (system?.kind !== 'advice') return false;
  return (system.decides_for ?? []).some(
    (decided) => decided.system === signal.system && decided.code === signal.code && decided.advice.includes(advice.code),
  );
}
