import type { ChargeOutcome, FindOutcome, InvoiceState, Money } from '../../core/connector-kit/index.js';
import type { Box } from './box.js';
import { breaking, replaced, spend, type Charge, type Request, type Transition, type World } from './world.js';

export const amount: Money = { minor: 4900, currency: 'USD' };

type Answer = ChargeOutcome | { readonly status: 'already_paid' };

/** What becomes of a request that arrives: the world after it, and the answer on its way back. */
export interface Arrival { readonly name: string; readonly kind: Transition['kind']; readonly world: World; readonly answer: Answer }

const approved = (key: string, charge?: Charge): Answer => ({ status: 'approved', gatewayRefs: [`ref-${key}`], amount: charge ? takenBy(charge) : amount, provisional: false });
const declined = (code: string): Answer => ({ status: 'declined', decline: { system: 'test', code, reachedNetwork: true }, gatewayRefs: [] });

/** Whether two cases are of one debt. */
export const isOneDebt = (box: Box, one: number, other: number): boolean => one === other || box.source === 'both';

/** How often a charge has taken money that was not given back. */
export const standing = ({ taken, returned }: Charge): number => taken - (returned?.length ?? 0);

const takenBy = ({ part }: Charge): Money => (part ? { ...amount, minor: 1900 } : amount);

const chargeOf = (world: World, key: string): Charge | undefined => world.charges.find((charge) => charge.key === key);

const kept = (world: World, charge: Charge): World => {
  const at = world.charges.findIndex((one) => one.key === charge.key);
  return { ...world, charges: at === -1 ? [...world.charges, charge].sort((a, b) => (a.key < b.key ? -1 : 1)) : replaced(world.charges, at, charge) };
};

/** The object of a `single_use_object` gateway; made once under its key. */
export const prepared = (world: World, key: string, caseIndex: number): World =>
  (chargeOf(world, key) ? world : kept(world, { key, caseIndex, state: 'prepared', taken: 0, since: world.now, late: 'no' }));

/** Takes money again and again if it is asked to: what must not happen twice is for the protection to say. */
const charged = (world: World, request: Request, box: Box): World => {
  const before = chargeOf(world, request.key);
  const taken = (before?.taken ?? 0) + 1;
  const since = before?.since ?? world.now;
  const late = request.late === 'yes' ? 'yes' : before?.late ?? 'no';
  let after = kept(world, { key: request.key, caseIndex: request.caseIndex, state: 'approved', taken, since, late });
  if (box.collects === 'platform') {
    after = {
      ...after,
      debts: replaced(after.debts, request.caseIndex, { card: 'old', retries: 'on', ...after.debts[request.caseIndex], paidBy: request.key }),
      // the platform tells of it, once and for as long as signals are left; else its delivery is lost
      ...(after.left.signals === 0 ? {} : { deliveries: [...after.deliveries, { id: `paid-${request.key}`, caseIndex: request.caseIndex, event: { type: 'invoice_paid', occurredAt: new Date(world.now), invoice: { ref: `in_${String(request.caseIndex)}` } } }], left: spend(after, 'signals').left }),
    };
  }
  const ofDebt = after.charges.filter((charge) => isOneDebt(box, charge.caseIndex, request.caseIndex)).reduce((sum, charge) => sum + standing(charge), 0);
  return ofDebt > 1 ? breaking(after, '1: a debt was charged twice') : after;
};

const refused = (world: World, request: Request, code: string): World => {
  const before = chargeOf(world, request.key);
  return kept(world, { key: request.key, caseIndex: request.caseIndex, state: 'declined', code, taken: before?.taken ?? 0, since: before?.since ?? world.now, late: before?.late ?? 'no' });
};

/** The answer the protection binds the gateway to, if it does. */
const bound = (world: World, request: Request, box: Box): Answer | undefined => {
  const before = chargeOf(world, request.key);
  if (box.collects === 'platform') {
    const paidBy = world.debts[request.caseIndex]?.paidBy ?? 'nobody';
    return paidBy === 'nobody' ? undefined : paidBy === request.key ? approved(request.key) : { status: 'already_paid' };
  }
  if (!before) return undefined;
  switch (box.protection.kind) {
    case 'single_use_object':
      if (before.state === 'revoked') return declined('expired_card');
      return before.state === 'approved' ? approved(request.key, before) : undefined;
    case 'key':
      if (world.now - before.since >= box.protection.keptForMs) return undefined;
      return before.state === 'approved' ? approved(request.key, before) : before.state === 'declined' ? declined(before.code ?? 'expired_card') : undefined;
    case 'search_only': return undefined;
  }
};

/** Less than asked is approved. */
const inPart = (world: World, request: Request, box: Box): Arrival => {
  const after = charged(spend(world, 'declines'), request, box);
  const charge = chargeOf(after, request.key);
  return {
    name: `${request.key} is approved in part`, kind: 'fault', answer: charge ? approved(request.key, { ...charge, part: 'yes' }) : approved(request.key),
    world: charge ? kept(after, { ...charge, part: 'yes' }) : after,
  };
};

/** Money goes back under a key, once. What may not go back is asked here. */
export const givenBack = (world: World, key: string, refundKey: string, why: 'duplicate' | 'partial_approval' | 'operator', caseIndex: number): World => {
  const charge = chargeOf(world, key);
  if (!charge || charge.returned?.includes(refundKey)) return world;
  const after = kept(world, { ...charge, returned: [...(charge.returned ?? []), refundKey] });
  if (standing(charge) <= 0) return breaking(after, '6: more was given back than was taken');
  const paidBy = world.debts[caseIndex]?.paidBy ?? 'nobody';
  const others = world.charges.some((one) => one.caseIndex === caseIndex && one.key !== key && standing(one) > 0);
  if (why === 'duplicate' && !others && (paidBy === 'nobody' || paidBy === key)) return breaking(after, '6: the only payment of a debt was given back');
  return after;
};

/** Everything a request may meet when it arrives. */
export const arrivals = (world: World, request: Request, box: Box): readonly Arrival[] => {
  const same = bound(world, request, box);
  if (same) return [{ name: `${request.key} is answered ${same.status} as its protection says`, kind: 'step', world, answer: same }];
  return [
    { name: `${request.key} is approved`, kind: 'step', world: charged(world, request, box), answer: approved(request.key) },
    ...(world.left.declines === 0 ? [] : box.declines.map((code): Arrival => (code === 'in_part' ? inPart(world, request, box) : {
      name: `${request.key} is declined: ${code}`, kind: 'fault', world: refused(spend(world, 'declines'), request, code), answer: declined(code),
    }))),
  ];
};

/** What asking finds. */
export const found = (world: World, key: string, caseIndex: number, box: Box): FindOutcome => {
  const charge = chargeOf(world, key);
  if (box.collects === 'platform') {
    return world.debts[caseIndex]?.paidBy === key ? { status: 'approved', gatewayRefs: [`ref-${key}`], amount, provisional: false } : { status: 'absent' };
  }
  switch (charge?.state) {
    case 'approved': return { status: 'approved', gatewayRefs: [`ref-${key}`], amount: takenBy(charge), provisional: false };
    case 'declined': return { status: 'declined', decline: { system: 'test', code: charge.code ?? 'expired_card', reachedNetwork: true }, gatewayRefs: [] };
    case 'prepared':
    case 'revoked':
    case undefined: return { status: 'absent' };
  }
};

/** The fence at the gateway: nothing under the key can take money any more, or it has. */
export const revoked = (world: World, key: string, caseIndex: number, box: Box): { readonly world: World; readonly answer: { readonly status: 'revoked' } | ChargeOutcome } => {
  const outcome = found(world, key, caseIndex, box);
  if (outcome.status === 'approved') return { world, answer: outcome };
  const before = chargeOf(world, key);
  return { world: kept(world, { taken: 0, since: world.now, late: 'no', ...before, key, caseIndex, state: 'revoked' }), answer: { status: 'revoked' } };
};

/** The invoice as its platform shows it. */
export const invoiceOf = (world: World, caseIndex: number): InvoiceState => {
  const debt = world.debts[caseIndex];
  const paidBy = debt?.paidBy ?? 'nobody';
  if (paidBy === 'nobody') return { state: 'open', due: amount, payments: [], paymentsComplete: true };
  const ours = paidBy === 'other' ? {} : { ourReference: paidBy };
  return {
    state: paidBy === 'voided' ? 'voided' : 'paid', due: { minor: 0, currency: 'USD' }, paymentsComplete: true,
    payments: paidBy === 'voided' ? [] : [{ ref: `ref-${paidBy}`, gatewayRefs: [], state: 'succeeded', amount, at: new Date(0), ...ours }],
  };
};
