import type { Box, Happening, SwitchedOff } from './box.js';
import { telling, written } from './case-store.js';
import { replaced, spend, type Delivery, type Transition, type World } from './world.js';

const invoiceRef = (caseIndex: number) => `in_${String(caseIndex)}`;

const delivered = (world: World, delivery: Delivery): World => ({ ...world, deliveries: [...world.deliveries, delivery] });

/** One thing that befalls one case, where it can. */
const happened = (what: Happening, world: World, caseIndex: number): World | undefined => {
  const document = world.cases[caseIndex];
  const debt = world.debts[caseIndex];
  if (!document || !debt) return undefined;
  const occurredAt = new Date(world.now);
  const open = debt.paidBy === 'nobody';
  switch (what) {
    case 'paid_elsewhere': return open
      ? delivered({ ...world, debts: replaced(world.debts, caseIndex, { ...debt, paidBy: 'other' }) }, { id: `other-${String(caseIndex)}`, caseIndex, event: { type: 'invoice_paid', occurredAt, invoice: { ref: invoiceRef(caseIndex) } } }) : undefined;
    case 'invoice_voided': return open
      ? delivered({ ...world, debts: replaced(world.debts, caseIndex, { ...debt, paidBy: 'voided' }) }, { id: `void-${String(caseIndex)}`, caseIndex, event: { type: 'invoice_closed', occurredAt, reason: 'voided', invoice: { ref: invoiceRef(caseIndex) } } }) : undefined;
    case 'card_changed': return debt.card === 'old'
      ? delivered({ ...world, debts: replaced(world.debts, caseIndex, { ...debt, card: 'new' }) }, { id: `card-${String(caseIndex)}`, caseIndex, event: { type: 'payment_method_updated', occurredAt, subject: { invoiceRef: invoiceRef(caseIndex) } } }) : undefined;
    // as the API judges before it says anything to a case
    case 'cancelled': return (document.status === 'queued' || document.status === 'failed' || document.status === 'blocked') && !world.deliveries.some((one) => one.event.type === 'cancel')
      ? delivered(world, { id: `cancel-${String(world.left.signals)}${String(world.left.operators)}`, caseIndex, event: { type: 'cancel', by: 'merchant' } }) : undefined;
    case 'paused': return world.charging === 'allowed' ? { ...world, charging: 'paused' } : undefined;
    case 'told_twice': return undefined;
  }
};

const outside = (world: World, kinds: readonly Happening[], budget: 'signals' | 'operators'): readonly Transition[] => {
  if (world.left[budget] === 0) return [];
  return kinds.flatMap((what) => world.cases.flatMap((_, caseIndex): readonly Transition[] => {
    const to = happened(what, spend(world, budget), caseIndex);
    return to && to !== world ? [{ name: `${what.replaceAll('_', ' ').toUpperCase()}${world.cases.length > 1 ? ` (${String(caseIndex)})` : ''}`, kind: 'fault', to }] : [];
  }));
};

const intake = (world: World, box: Box, off: SwitchedOff | undefined): readonly Transition[] => world.deliveries.flatMap((delivery, at): readonly Transition[] => {
  const document = world.cases[delivery.caseIndex];
  if (!document) return [];
  const write = telling(document._id, delivery.id, delivery.event, world.now);
  const told = written(world, delivery.caseIndex, off?.write ? off.write(write) : write, undefined).world;
  const understood: Transition = { name: `intake tells of ${delivery.id}`, kind: 'step', to: { ...told, deliveries: told.deliveries.filter((_, index) => index !== at) } };
  if (!box.signals.includes('told_twice') || world.left.signals === 0) return [understood];
  return [understood, { name: `intake tells of ${delivery.id} and ends before it is understood`, kind: 'fault', to: spend(told, 'signals') }];
});

/** What customers, merchants and operators do, and what the intake makes of it. */
export const happenings = (world: World, box: Box, off: SwitchedOff | undefined): readonly Transition[] => [
  ...intake(world, box, off),
  ...(world.charging === 'paused' ? [{ name: 'charges are resumed', kind: 'step' as const, to: { ...world, charging: 'allowed' as const } }] : []),
  ...outside(world, box.signals, 'signals'),
  ...outside(world, box.operators, 'operators'),
];
