import { withStop, type LedgerDocument, type Try } from './ledger-document.js';

const known: Record<Try['state'], number> = { reserved: 0, not_sent: 1, sent: 2 };

/** `busy`: a charge of either is in flight, and they cannot both be kept; until a wall time. */
export type Union = { readonly status: 'united'; readonly card: LedgerDocument } | { readonly status: 'busy'; readonly until: Date };

/**
 * What was kept under a token is joined to what is kept under its fingerprint. Repeatable: what was joined before, and has changed under the token
 * since, is brought up to date.
 */
export const united = (token: LedgerDocument, card: LedgerDocument, wallNow: Date): Union => {
  const ended = (key: string) => token.open?.attemptKey !== key && token.tries.some((entry) => entry.key === key && entry.state !== 'reserved');
  const ofCard = card.open && card.open.until > wallNow && !ended(card.open.attemptKey) ? card.open : null;
  const ofToken = token.open && token.open.until > wallNow ? token.open : null;
  if (ofCard && ofToken && ofCard.attemptKey !== ofToken.attemptKey) {
    return { status: 'busy', until: ofCard.until < ofToken.until ? ofCard.until : ofToken.until };
  }
  const tries = new Map(card.tries.map((entry) => [entry.key, entry]));
  for (const entry of token.tries) {
    const before = tries.get(entry.key);
    if (!before || known[entry.state] > known[before.state]) tries.set(entry.key, entry);
  }
  const opened = new Map([...card.opened, ...token.opened].map((entry) => [entry.transactionId, entry]));
  return {
    status: 'united',
    card: {
      ...card,
      tries: [...tries.values()].sort((one, other) => one.at.getTime() - other.at.getTime()),
      opened: [...opened.values()].sort((one, other) => one.at.getTime() - other.at.getTime()),
      stops: token.stops.reduce(withStop, card.stops),
      open: ofToken ?? ofCard,
    },
  };
};

/** A token whose fingerprint has changed, as an updater does: the stops go with the token, the tries stay with the card they were made of. */
export const inherited = (before: LedgerDocument, card: LedgerDocument): LedgerDocument => ({ ...card, stops: before.stops.reduce(withStop, card.stops) });
