import type { Rule } from '../engine.js';

/** A changed card gets one prompt charge before any schedule. */
export const changedCard: Rule = (snapshot) => {
  if (snapshot.prompt !== 'card_update') return undefined;
  return {
    do: 'charge',
    strategy: 'card_update',
    because: { rule: 'changed-card', numbers: {}, sentence: 'The customer\'s card has changed, so it is charged once at once.' },
  };
};
