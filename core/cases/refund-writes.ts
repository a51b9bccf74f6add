import type { CaseDocument, Refund, Settlement } from './case.model.js';
import type { CaseWrite } from './case-write.js';
import { held, unset } from './held.js';

/** Where the platform is to be told that money went back, that is owed at once; else nothing of the settlement is owed any more. */
const toldAt = ({ reversal }: Settlement, now: Date) => (reversal?.state === 'due' ? { 'due.settle': now } : {});
const unlessTold = ({ reversal }: Settlement) => (reversal?.state === 'due' ? [] : ['due.settle']);

const row = (document: CaseDocument, n: number) => ({ ...held(document), refunds: { $elemMatch: { n } } });

/** The gateway is about to be asked; the next try is owed before this one leaves. `againAt` is hub time, `sendBefore` wall time. */
export const refunding = (document: CaseDocument, refund: Refund, facts: { readonly sendBefore: Date; readonly againAt: Date }): CaseWrite => ({
  name: 'refunding',
  filter: row(document, refund.n),
  update: { $set: { 'refunds.$.tries': (refund.tries ?? 0) + 1, 'refunds.$.sendBefore': facts.sendBefore, 'due.refund': facts.againAt } },
});

/** It is tried again at a hub time. */
export const refundLater = (document: CaseDocument, at: Date): CaseWrite => ({
  name: 'refund-later', filter: held(document), update: { $set: { 'due.refund': at } },
});

/** What became of a refund. `againAt`: when it, or another that is owed, is tried; undefined: nothing is owed any more. `stepAt`: an open case goes on then. */
export const refunded = (document: CaseDocument, refund: Refund, facts: {
  readonly state: Refund['state']; readonly now: Date; readonly refundRef?: string; readonly reason?: string; readonly againAt?: Date; readonly stepAt?: Date;
  readonly settlement?: Settlement; readonly right: 'kept' | 'given_up'; readonly echo?: string;
}): CaseWrite => ({
  name: facts.state === 'refunded' || facts.state === 'voided' ? 'refunded' : 'refund-answered',
  filter: row(document, refund.n),
  update: {
    $set: {
      'refunds.$.state': facts.state, 'refunds.$.updatedAt': facts.now,
      ...(facts.refundRef === undefined ? {} : { 'refunds.$.refundRef': facts.refundRef }),
      ...(facts.reason === undefined ? {} : { 'refunds.$.reason': facts.reason }),
      ...(facts.echo === undefined ? {} : { 'refunds.$.echoed': 'yes' }),
      ...(facts.againAt ? { 'due.refund': facts.againAt } : {}),
      ...(facts.stepAt ? { 'due.step': facts.stepAt } : {}),
      ...(facts.settlement ? { settlement: facts.settlement, ...toldAt(facts.settlement, facts.now) } : {}),
    },
    ...unset(...(facts.againAt ? [] : ['due.refund']), ...(facts.settlement ? unlessTold(facts.settlement) : []), ...(facts.right === 'given_up' ? ['openKeys'] : [])),
    ...(facts.refundRef === undefined ? {} : { $addToSet: { refs: facts.refundRef } }),
    ...(facts.echo === undefined ? {} : { $pull: { signals: { id: facts.echo } } }),
  },
});

/** The platform told of a refund we made ourselves: heard, and nothing else. */
export const refundEchoed = (document: CaseDocument, refund: Refund, signalId: string): CaseWrite => ({
  name: 'refund-echoed', filter: row(document, refund.n), update: { $set: { 'refunds.$.echoed': 'yes' }, $pull: { signals: { id: signalId } } },
});

/** Money went back that we did not send: added up once, with the signal that told it. A debt given back whole may be charged again by another case. */
export const reversed = (document: CaseDocument, facts: { readonly settlement: Settlement; readonly right: 'kept' | 'given_up'; readonly signalId: string }): CaseWrite => ({
  name: 'settled',
  filter: { ...held(document), 'signals.id': facts.signalId },
  update: {
    $set: { settlement: facts.settlement, ...toldAt(facts.settlement, facts.settlement.updatedAt) },
    ...unset(...unlessTold(facts.settlement), ...(facts.right === 'given_up' ? ['openKeys'] : [])),
    $pull: { signals: { id: facts.signalId } },
  },
});

/** Money went back that we did not send, of a payment the case does not stand on: a row of its own, made once with the signal that told it. */
export const returned = (document: CaseDocument, refund: Refund, signalId: string): CaseWrite => ({
  name: 'returned',
  filter: { ...held(document), 'signals.id': signalId, 'refunds.n': { $ne: refund.n } },
  update: { $push: { refunds: refund }, $pull: { signals: { id: signalId } } },
});
