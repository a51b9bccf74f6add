import type { CaseDocument, SignalEvent } from '../../core/cases/index.js';
import { accesses, type Part } from './accesses.js';
import type { Box, Happening, SwitchedOff } from './box.js';
import { telling, written } from './case-store.js';
import { replaced, spend, type Debt, type Delivery, type Transition, type World } from './world.js';

/** What befalls a debt, and what its case is told of it. */
interface Befallen { readonly debt: Debt; readonly id: string; readonly event: SignalEvent; /** Who looks at it besides the case itself. */ readonly seenBy: Part }

/** One thing that befalls one case, where it can. */
const befalling = (what: Happening, world: World, caseIndex: number): Befallen | undefined => {
  const document = world.cases[caseIndex];
  const debt = world.debts[caseIndex];
  if (!document || !debt) return undefined;
  const occurredAt = new Date(world.now);
  const invoice = { ref: `in_${String(caseIndex)}` };
  const open = debt.paidBy === 'nobody';
  const commanded = (event: SignalEvent): Befallen => ({ debt, id: `${event.type}-${String(world.left.signals)}${String(world.left.operators)}`, event, seenBy: 'case' });
  switch (what) {
    case 'paid_elsewhere': return open ? { debt: { ...debt, paidBy: 'other' }, id: `other-${String(caseIndex)}`, event: { type: 'invoice_paid', occurredAt, invoice }, seenBy: 'debt' } : undefined;
    case 'retried_by_platform': return open && debt.retries === 'on'
      ? { debt: { ...debt, paidBy: 'other' }, id: `retried-${String(caseIndex)}`, event: { type: 'invoice_paid', occurredAt, invoice }, seenBy: 'debt' } : undefined;
    case 'invoice_voided': return open
      ? { debt: { ...debt, paidBy: 'voided' }, id: `void-${String(caseIndex)}`, event: { type: 'invoice_closed', occurredAt, reason: 'voided', invoice }, seenBy: 'debt' } : undefined;
    case 'card_changed': return debt.card === 'old'
      ? { debt: { ...debt, card: 'new' }, id: `card-${String(caseIndex)}`, event: { type: 'payment_method_updated', occurredAt, subject: { invoiceRef: invoice.ref } }, seenBy: 'card' } : undefined;
    // as the API judges before it says anything to a case
    case 'cancelled': return mayBeCancelled(document) ? commanded({ type: 'cancel', by: 'merchant' }) : undefined;
    case 'ordered_to_cancel': return commanded({ type: 'cancel', by: 'operator' });
    case 'ordered_to_retry': return commanded({ type: 'retry', by: 'operator' });
    case 'paused':
    case 'disconnected': return undefined;
  }
};

const mayBeCancelled = ({ status }: CaseDocument): boolean => status === 'queued' || status === 'failed' || status === 'blocked';

const named = (what: string, world: World, caseIndex: number) => `${what.replaceAll('_', ' ').toUpperCase()}${world.cases.length > 1 ? ` (case${String(caseIndex)})` : ''}`;

/** The case hears it: the write of anybody, without a lease. */
const told = (world: World, caseIndex: number, id: string, event: SignalEvent, off: SwitchedOff | undefined): World => {
  const write = telling(world.cases[caseIndex]?._id ?? '', id, event, world.now);
  return written(world, caseIndex, off?.write ? off.write(write) : write, undefined).world;
};

const befallings = (world: World, caseIndex: number, box: Box, off: SwitchedOff | undefined, seen: ReadonlySet<Part>): readonly Transition[] =>
  (['signals', 'operators'] as const).flatMap((budget) => (world.left[budget] === 0 ? [] : box[budget].flatMap((what): readonly Transition[] => {
    const fact = befalling(what, world, caseIndex);
    if (!fact) return [];
    const { id, event } = fact;
    const after = { ...spend(world, budget), debts: replaced(world.debts, caseIndex, fact.debt) };
    const name = named(what, world, caseIndex);
    return [
      // nobody looks at it between the fact and the word of it, or somebody does
      ...(seen.has('case') ? [{ name, kind: 'fault' as const, to: told(after, caseIndex, id, event, off) }] : []),
      ...(seen.has(fact.seenBy) ? [{ name: `${name}, not yet told`, kind: 'fault' as const, to: { ...after, deliveries: [...after.deliveries, { id, caseIndex, event }] } }] : []),
    ];
  })));

const intake = (world: World, caseIndex: number, box: Box, off: SwitchedOff | undefined): readonly Transition[] => world.deliveries.flatMap((delivery): readonly Transition[] => {
  if (delivery.caseIndex !== caseIndex || isAsWellOrderedNow(delivery, world, box)) return [];
  const after = told(world, caseIndex, delivery.id, delivery.event, off);
  const understood: Transition = { name: `intake tells of ${delivery.id}`, kind: 'step', to: { ...after, deliveries: after.deliveries.filter((one) => one !== delivery) } };
  if (box.intake === 'lives' || world.left.crashes === 0) return [understood];
  return [understood, { name: `intake tells of ${delivery.id} and CRASHES before it is understood`, kind: 'fault', to: spend(after, 'crashes') }];
});

/** Where the case may be cancelled, told of a wish is the same as wished for now: it is told where it may not, or where nothing else happens any more. */
const isAsWellOrderedNow = ({ event, caseIndex }: Delivery, world: World, box: Box): boolean => {
  const document = world.cases[caseIndex];
  return box.intake === 'lives' && event.type === 'cancel' && event.by === 'merchant' && document !== undefined && mayBeCancelled(document)
    && (document.holder !== null || document.nextAt !== undefined && document.status === 'queued');
};

/** What customers, merchants and operators do, and what the intake makes of it. */
export const happenings = (world: World, box: Box, off: SwitchedOff | undefined): readonly Transition[] => world.cases.flatMap((_, caseIndex): readonly Transition[] => {
  const seen = accesses(world, caseIndex);
  const pauses: Transition[] = [];
  if (seen.has('charging') && world.charging === 'paused') pauses.push({ name: 'charges are resumed', kind: 'step', to: { ...world, charging: 'allowed' } });
  if (seen.has('charging') && world.charging === 'allowed' && world.left.operators > 0 && box.operators.includes('paused')) {
    pauses.push({ name: 'CHARGES ARE PAUSED', kind: 'fault', to: { ...spend(world, 'operators'), charging: 'paused' } });
  }
  if (caseIndex === 0 && world.charging !== 'disconnected' && world.left.operators > 0 && box.operators.includes('disconnected') && (seen.has('charging') || seen.has('case'))) {
    const after: World = { ...spend(world, 'operators'), charging: 'disconnected' };
    const deliveries = world.cases.map((_one, at) => ({ id: `revoked-${String(at)}`, caseIndex: at, event: { type: 'connection_revoked' as const, occurredAt: new Date(world.now) } }));
    pauses.push({ name: 'THE CONNECTION IS GIVEN UP', kind: 'fault', to: { ...after, deliveries: [...after.deliveries, ...deliveries] } });
  }
  return [...pauses, ...befallings(world, caseIndex, box, off, seen), ...(seen.has('case') ? intake(world, caseIndex, box, off) : [])];
});
