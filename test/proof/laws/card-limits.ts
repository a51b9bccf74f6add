import type { Evidence, Law, MoneyRequest, Violation } from './evidence.js';
import { attemptsByKey, groupBy } from './read-keys.js';

const dayMs = 86_400_000;
const callMs = 25_000;

/** What the schemes allow on one card within a window of hub time (`core/declines/network-rules.json` names the sources), read here once more. */
const limits: readonly { readonly network: 'mastercard' | 'any'; readonly most: number; readonly windowMs: number }[] = [
  { network: 'mastercard', most: 10, windowMs: dayMs },
  { network: 'mastercard', most: 35, windowMs: 30 * dayMs },
  { network: 'any', most: 21, windowMs: 30 * dayMs },
];

const overLimit = (card: string, requests: readonly MoneyRequest[]): readonly Violation[] => {
  const tried = requests.filter(({ result, replayed }) => !replayed && (result === 'succeeded' || result === 'declined'));
  return limits.flatMap(({ network, most, windowMs }) => {
    const counted = network === 'any' ? tried.filter((request) => request.network !== 'mastercard') : tried.filter((request) => request.network === network);
    const last = counted.find((request) => counted.filter(({ hubBegunAt }) => hubBegunAt <= request.hubBegunAt && hubBegunAt.getTime() > request.hubBegunAt.getTime() - windowMs).length > most);
    return last ? [{ law: 8 as const, what: `Card ${card} was tried more than ${most} times in ${windowMs / dayMs} day(s).`, shownBy: last }] : [];
  });
};

const overlaps = (evidence: Evidence, card: string, requests: readonly MoneyRequest[]): readonly Violation[] => {
  const attempts = attemptsByKey(evidence);
  const untilOf = ({ key, begunAt }: MoneyRequest): number => {
    const row = key === null ? undefined : attempts.get(key)?.attempt;
    return (row?.sendBefore ?? begunAt).getTime() + callMs + evidence.world.absentIsFinalAfterMs;
  };
  const moving = requests.filter(({ replayed }) => !replayed);
  return moving.flatMap((request, at) => {
    const open = moving.slice(0, at).find((earlier) => earlier.key !== request.key
      && (earlier.decidedAt === null || earlier.decidedAt > request.begunAt) && request.begunAt.getTime() < untilOf(earlier));
    return open ? [{ law: 8 as const, what: `A charge of card ${card} began before the answer to an earlier one.`, shownBy: { open, request } }] : [];
  });
};

const leftOpen = (evidence: Evidence): readonly Violation[] => {
  const attempts = attemptsByKey(evidence);
  return evidence.cards.flatMap((card): readonly Violation[] => {
    const attempt = card.open === null ? undefined : attempts.get(card.open.attemptKey)?.attempt;
    const { open } = card;
    return attempt && open && attempt.resolved && attempt.outcome?.status === 'approved'
      ? [{ law: 8, what: `Card ${card._id} is held for attempt ${open.attemptKey}, which was approved.`, shownBy: card }] : [];
  });
};

/** Law 8. */
export const cardLimits: Law = {
  number: 8,
  says: 'no card over its limit, no charge of a card before an earlier one\'s answer',
  judge: (evidence) => [
    ...[...groupBy(evidence.requests.filter(({ card }) => card !== null), ({ card, ledger }) => `${ledger}/${card ?? ''}`)]
      .flatMap(([card, requests]) => [...overLimit(card, requests), ...overlaps(evidence, card, requests)]),
    ...leftOpen(evidence),
  ],
};
