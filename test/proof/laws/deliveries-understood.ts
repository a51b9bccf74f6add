import type { Law, Violation } from './evidence.js';

const ends = ['understood', 'ignored', 'deferred'];
const aside = ['parked', 'not_understood'];

/** Law 5. */
export const deliveriesUnderstood: Law = {
  number: 5,
  says: 'every acknowledged delivery is understood, ignored or deferred; only poison is put aside, and each one replayed',
  judge: ({ acknowledged, deliveries, world }) => {
    const stored = new Set(deliveries.flatMap(({ deliveryId, alsoKnownAs }) => [deliveryId, ...(alsoKnownAs === undefined ? [] : [alsoKnownAs])]));
    const lost = acknowledged.filter(({ deliveryId }) => !stored.has(deliveryId))
      .map((one): Violation => ({ law: 5, what: `Delivery ${one.deliveryId} was acknowledged and is not stored.`, shownBy: one }));
    const unread = deliveries.filter(({ state, deliveryId }) => !ends.includes(state) && !(aside.includes(state) && world.poison.includes(deliveryId)))
      .map((one): Violation => ({ law: 5, what: `Delivery ${one.deliveryId} was left ${one.state.replaceAll('_', ' ')}.`, shownBy: one }));
    const forgotten = deliveries.filter(({ state, deliveryId }) => aside.includes(state) && world.poison.includes(deliveryId) && !world.replayed.includes(deliveryId))
      .map((one): Violation => ({ law: 5, what: `Delivery ${one.deliveryId} was put aside, and nobody replayed it.`, shownBy: one }));
    const twice = deliveries.filter((one, at) => deliveries.findIndex(({ deliveryId }) => deliveryId === one.deliveryId) !== at)
      .map((one): Violation => ({ law: 5, what: `Delivery ${one.deliveryId} is stored twice.`, shownBy: one }));
    return [...lost, ...unread, ...forgotten, ...twice];
  },
};
