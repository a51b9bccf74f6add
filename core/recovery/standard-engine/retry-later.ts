import type { Rule } from '../engine.js';

/** What was left for later is tried once more a day later. */
export const retryLater: Rule = (snapshot) => {
  if (snapshot.prompt !== 'retry_later') return undefined;
  return {
    do: 'charge', strategy: snapshot.route === 'platform' ? 'platform_collect' : 'smart_time',
    because: { rule: 'retry-later', numbers: {}, sentence: 'The card or its processor could not be reached; it is tried once more a day later.' },
  };
};
