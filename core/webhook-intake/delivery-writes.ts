import type { Vault } from '../clients/index.js';
import type { Clock } from '../scheduling/index.js';
import type { Filter, UpdateFilter } from '../storage/index.js';
import type { DeliveryDocument } from './delivery.model.js';
import { askedWaitMs, outageWaitMs } from './outages.js';
import { deliveryContext } from './seal-delivery.js';

/** How one round of understanding a delivery ended. `asked: 'no'`: the platform was not asked, as it is known to be away; then `notBefore` says when to come again. */
export type Understanding =
  | { readonly state: 'understood' | 'ignored' }
  | { readonly state: 'deferred'; readonly waitsFor: 'platform' | 'repair'; readonly reason: string; readonly detail: string; readonly retryAfterMs?: number; readonly notBefore?: Date; readonly asked?: 'no' }
  | { readonly state: 'parked' | 'not_understood'; readonly reason: string; readonly detail: string };

/** A write of a holder, and when the delivery is due again after it. */
export interface DeliveryWrite { readonly filter: Filter<DeliveryDocument>; readonly update: UpdateFilter<DeliveryDocument>; readonly nextAt?: Date }

const patienceMs = 3 * 86_400_000;

/** The hold a write is made under. */
export const heldBy = (document: DeliveryDocument): Filter<DeliveryDocument> => ({ _id: document._id, holder: document.holder, fence: document.fence });

const freed = { leaseUntil: '', nextAt: '', waitsFor: '', reason: '', sealedDetail: '' } as const;

interface Why { readonly reason: string; readonly detail: string }

const done = (document: DeliveryDocument, state: DeliveryDocument['state'], why: Why | undefined, seal: (text: string) => string, now: Date): DeliveryWrite => {
  const { reason, sealedDetail, ...rest } = freed;
  return {
    filter: heldBy(document),
    update: {
      $set: { state, holder: null, strikes: 0, finishedAt: now, ...(why ? { reason: why.reason, sealedDetail: seal(why.detail) } : {}) },
      $unset: why ? rest : { ...rest, reason, sealedDetail },
    },
  };
};

/** How long a delivery waits that was deferred so many times before: 1 s, doubling to 2 min. Hub time. */
export const deferralMs = outageWaitMs;

/** Marks a delivery with how understanding it ended and gives it up. What was deferred for three days waits for a person. */
export const markDelivery = (document: DeliveryDocument, understanding: Understanding, tools: { readonly clock: Clock; readonly vault: Pick<Vault, 'seal'> }): DeliveryWrite => {
  const { clock, vault } = tools;
  const seal = (text: string) => vault.seal(text, deliveryContext(document._id));
  const now = clock.hubNow();
  switch (understanding.state) {
    case 'understood':
    case 'ignored':
      return done(document, understanding.state, undefined, seal, now);
    case 'parked':
    case 'not_understood':
      return done(document, understanding.state, understanding, seal, now);
    case 'deferred': {
      if (now.getTime() - document.acceptedAt.getTime() >= patienceMs) return done(document, 'parked', understanding, seal, now);
      const asked = understanding.retryAfterMs === undefined ? now : clock.hubAt(new Date(clock.wallNow().getTime() + askedWaitMs(understanding.retryAfterMs)));
      const { notBefore } = understanding;
      const own = Math.max(now.getTime() + deferralMs(document.deferrals), asked.getTime());
      const nextAt = new Date(understanding.asked === 'no' && notBefore !== undefined ? notBefore.getTime() : Math.max(own, notBefore?.getTime() ?? 0));
      return {
        filter: heldBy(document),
        update: {
          $set: { state: 'deferred', holder: null, strikes: 0, nextAt, waitsFor: understanding.waitsFor, reason: understanding.reason, sealedDetail: seal(understanding.detail) },
          $inc: { deferrals: understanding.asked === 'no' ? 0 : 1 },
          $unset: { leaseUntil: '' },
        },
        nextAt,
      };
    }
  }
};

/** The holder says it is still there. */
export const renewDelivery = (document: DeliveryDocument, leaseUntil: Date, clock: Clock): DeliveryWrite => ({
  filter: heldBy(document), update: { $set: { leaseUntil, nextAt: clock.hubAt(leaseUntil) } },
});
