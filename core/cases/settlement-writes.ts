import type { CaseDocument, Settlement } from './case.model.js';
import type { CaseWrite } from './case-write.js';
import { held } from './held.js';

/** The platform is about to be told of our payment; the next try is owed before this one leaves. Hub time. */
export const settling = (document: CaseDocument, settlement: Settlement, againAt: Date): CaseWrite => ({
  name: 'settling', filter: held(document), update: { $set: { settlement, 'due.settle': againAt } },
});

/** The platform has our payment under a reference of its own; whether its invoice shows it is looked at next. */
export const recorded = (document: CaseDocument, settlement: Settlement, confirmAt: Date): CaseWrite => ({
  name: 'settled',
  filter: held(document),
  update: {
    $set: { settlement, 'due.settle': confirmAt },
    ...(settlement.platformPaymentRef === undefined ? {} : { $addToSet: { refs: settlement.platformPaymentRef } }),
  },
});

/** The platform will not have our payment: nothing further is tried. `external`: the debt is paid by somebody else, and ours is owed back where a refund is named. */
export const refused = (document: CaseDocument, settlement: Settlement, external?: { readonly refund?: CaseDocument['refunds'][number]; readonly now: Date }): CaseWrite => ({
  name: 'settled',
  filter: { ...held(document), ...(external?.refund ? { 'refunds.n': { $ne: external.refund.n } } : {}) },
  update: {
    $set: {
      settlement,
      ...(external && document.ended ? { 'ended.recoveredBy': 'external' as const } : {}),
      // one that is under way keeps its time: this one follows it
      ...(external?.refund && document.due.refund === undefined ? { 'due.refund': external.now } : {}),
    },
    $unset: { 'due.settle': '' },
    ...(external?.refund ? { $push: { refunds: external.refund } } : {}),
  },
});
