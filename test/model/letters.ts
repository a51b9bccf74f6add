import { accesses } from './accesses.js';
import { replaced, type Debt, type Letter, type Transition, type World } from './world.js';

const changed = (world: World, caseIndex: number, change: (debt: Debt) => Debt): World => {
  const debt = world.debts[caseIndex];
  return debt ? { ...world, debts: replaced(world.debts, caseIndex, change(debt)) } : world;
};

/** The platform after a call about an invoice has arrived. */
export const delivered = (world: World, letter: Letter): World => changed(world, letter.caseIndex, (debt) => {
  switch (letter.what) {
    case 'take_over': return { ...debt, retries: 'stopped' };
    case 'hand_back': return { ...debt, retries: letter.retries };
    // a payment is recorded once, and only of what is not paid
    case 'record': return debt.paidBy === 'nobody' ? { ...debt, paidBy: letter.key } : debt;
  }
});

/** What may become of calls whose answer nobody hears any more. */
export const letterTransitions = (world: World): readonly Transition[] => world.letters.flatMap((letter): readonly Transition[] => {
  const atItsEnd = world.now >= letter.until;
  const seen = accesses(world, letter.caseIndex);
  if (!atItsEnd && !seen.has('debt')) return [];
  const without = { ...world, letters: world.letters.filter((one) => one !== letter) };
  const arrives: Transition = { name: `a ${letter.what} of before arrives`, kind: 'step', to: delivered(without, letter) };
  return atItsEnd ? [arrives, { name: `a ${letter.what} of before never arrives`, kind: 'step', to: without }] : [arrives];
});
