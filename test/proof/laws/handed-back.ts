import type { Evidence, Law, PlatformInvoice, Violation } from './evidence.js';

const ofInvoice = ({ cases }: Evidence, invoice: PlatformInvoice): readonly Violation[] => {
  if (invoice.status !== 'open' || invoice.autoAdvance !== false) return [];
  const known = cases.filter((stored) => stored.invoice?.ref === invoice.ref);
  const owed = known.some(({ due }) => due.handBack !== undefined);
  const stoppedForGood = known.some(({ status, takeOver }) => status === 'blocked' || takeOver?.ending?.outcome === 'blocked');
  return owed || stoppedForGood ? [] : [{ law: 7, what: `The platform does not collect invoice ${invoice.ref} any more, and nobody owes its return.`, shownBy: { invoice, known } }];
};

/** Law 7. */
export const handedBack: Law = {
  number: 7,
  says: 'nothing taken over is left without a hand-back owed',
  judge: (evidence) => [
    ...evidence.cases.flatMap((stored): readonly Violation[] => {
      const state = stored.takeOver?.state;
      return state === undefined || state === 'handed_back' || stored.due.handBack !== undefined ? []
        : [{ law: 7, what: `Case ${stored._id} is ${stored.status}, its take-over ${state}, and no hand-back is owed.`, shownBy: stored }];
    }),
    ...evidence.invoices.flatMap((invoice) => ofInvoice(evidence, invoice)),
  ],
};
