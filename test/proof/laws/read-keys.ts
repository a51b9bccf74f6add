import type { Evidence, StoredAttempt, StoredCase } from './evidence.js';

/** An attempt and its case, by the key it was sent under. */
export interface KnownAttempt { readonly stored: StoredCase; readonly attempt: StoredAttempt }

/** Every stored attempt by its key. */
export const attemptsByKey = (evidence: Evidence): ReadonlyMap<string, KnownAttempt> =>
  new Map(evidence.cases.flatMap((stored) => stored.attempts.map((attempt) => [attempt.key, { stored, attempt }] as const)));

/** Names the debt behind a request or a payment over the borders of the fakes: an invoice, else the case, else what the fake calls it. */
export const createDebtNames = (evidence: Evidence): ((entry: { readonly ledger: string; readonly debtId: string; readonly key: string | null }) => string) => {
  const attempts = attemptsByKey(evidence);
  const invoices = new Set(evidence.cases.flatMap(({ invoice }) => (invoice ? [invoice.ref] : [])));
  return ({ ledger, debtId, key }) => {
    if (invoices.has(debtId)) return `invoice ${debtId}`;
    const stored = key === null ? undefined : attempts.get(key)?.stored;
    if (stored?.invoice) return `invoice ${stored.invoice.ref}`;
    return stored ? `case ${stored._id}` : `${ledger} ${debtId}`;
  };
};

/** The parts of a list by a name. */
export const groupBy = <T>(list: readonly T[], nameOf: (entry: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const entry of list) groups.set(nameOf(entry), [...(groups.get(nameOf(entry)) ?? []), entry]);
  return groups;
};
