import type { CaseDocument, Refund } from '../cases/index.js';
import type { Collection } from '../storage/index.js';

/** Ids of cases that nothing moves on any more and a person must look at, newest first: each stays here until it is dealt with, whoever read the alert. */
export interface StuckCases {
  /** The platform does not take our payment, or nobody could tell it: it may ask the customer again. */
  readonly refusedSettlements: readonly string[];
  /** Money that is owed back and was not given back. */
  readonly failedRefunds: readonly string[];
  /** A charge whose end is not known and is not asked about any more. */
  readonly unaskedCharges: readonly string[];
}

const failed = ['refused', 'gave_up'] as const satisfies readonly Refund['state'][];
const hasFailed = ({ state }: Refund) => failed.some((one) => one === state);

/** One that failed is dealt with once a later one of the same payment has not. */
const owesRefund = ({ refunds }: Pick<CaseDocument, 'refunds'>): boolean =>
  refunds.some((one) => hasFailed(one) && !refunds.some((later) => later.n > one.n && later.attempt === one.attempt && !hasFailed(later)));

const ids = (documents: readonly { readonly _id: string }[]) => documents.map(({ _id }) => _id);

/** Looks for them now, at most `most` of each kind, among the cases of the last 60 days after their end. */
export const findStuckCases = async (cases: Collection<CaseDocument>, most: number): Promise<StuckCases> => {
  const newest = { projection: { _id: 1, refunds: 1 }, sort: { _id: -1 }, limit: most } as const;
  const [settlements, refunds, clientIds] = await Promise.all([
    cases.find({ 'settlement.state': 'refused', watched: true }, newest).toArray(),
    cases.find({ 'refunds.state': { $in: [...failed] }, watched: true }, newest).toArray(),
    cases.distinct('clientId'),
  ]);
  const unasked = await cases.find({
    clientId: { $in: clientIds }, status: { $in: ['attempting', 'unknown'] }, holder: null, parkedAt: { $exists: false }, 'due.step': { $exists: false }, attempts: { $elemMatch: { resolved: false } },
  }, newest).toArray();
  return {
    // where another has paid and ours is given back, or about to be, nothing is left to tell
    refusedSettlements: ids(settlements.filter(({ refunds: back }) => back.every(hasFailed))),
    failedRefunds: ids(refunds.filter(owesRefund)),
    unaskedCharges: ids(unasked),
  };
};
