import type { CaseDocument } from '../cases/index.js';
import type { Collection, Filter } from '../storage/index.js';

/** How many cases of a connection still need its credentials, by what for. A case may need them for several things. */
export interface OwedByConnection {
  /** The platform's own retries were taken over, or are to be stopped for good. */
  readonly handBacks: number;
  /** A charge has no outcome yet. */
  readonly unresolvedCharges: number;
  /** A payment of which the platform has not been told. */
  readonly settlements: number;
  readonly refunds: number;
}

const ways: { readonly [K in keyof OwedByConnection]: Filter<CaseDocument> } = {
  handBacks: { $or: [{ 'takeOver.state': { $in: ['intended', 'taken'] } }, { 'due.handBack': { $exists: true } }] },
  unresolvedCharges: { attempts: { $elemMatch: { resolved: false } } },
  settlements: { 'due.settle': { $exists: true } },
  refunds: { 'due.refund': { $exists: true } },
};

/** A case that needs the connection's credentials once more. */
export const owing = (connectionId: string): Filter<CaseDocument> => ({ connectionId, $or: Object.values(ways) });

/** Counts them now. */
export const countOwed = async (cases: Collection<CaseDocument>, connectionId: string): Promise<OwedByConnection> => {
  const [handBacks, unresolvedCharges, settlements, refunds] = await Promise.all([
    cases.countDocuments({ connectionId, ...ways.handBacks }), cases.countDocuments({ connectionId, ...ways.unresolvedCharges }),
    cases.countDocuments({ connectionId, ...ways.settlements }), cases.countDocuments({ connectionId, ...ways.refunds }),
  ]);
  return { handBacks, unresolvedCharges, settlements, refunds };
};
