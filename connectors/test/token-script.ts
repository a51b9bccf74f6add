/**
 * The real-looking card numbers that the built-in gateway takes as tokens; no other gateway and no other member of a request accepts a card
 * number.
 */
const TEST_CARD_NUMBERS = new Set(['4111111111111111', '5555555555554444', '378282246310005', '3530111333300000']);

/** What a token tells the gateway to answer. */
export type TokenScript =
  | { readonly answer: 'approve' }
  | { readonly answer: 'decline'; readonly code: string; readonly thenApprove: boolean }
  | { readonly answer: 'pending' }
  | { readonly answer: 'lose_reply'; readonly charged: boolean }
  | { readonly answer: 'refuse_to_send' };

const DECLINE = /^tok_decline_([a-z0-9_]{1,64}?)(_then_success)?$/;

/** Card numbers are stored without the spaces people write into them. */
export const isTestToken = (text: string): boolean => /^tok_[A-Za-z0-9_]{1,200}$/.test(text) || TEST_CARD_NUMBERS.has(withoutSpaces(text));

export const withoutSpaces = (text: string): string => text.replaceAll(' ', '');

/** Tokens that name no script approve. */
export const scriptOf = (token: string): TokenScript => {
  switch (token) {
    case 'tok_pending':
      return { answer: 'pending' };
    case 'tok_timeout':
      return { answer: 'lose_reply', charged: true };
    case 'tok_timeout_absent':
      return { answer: 'lose_reply', charged: false };
    case 'tok_not_sent':
      return { answer: 'refuse_to_send' };
    default: {
      const [, code, thenSuccess] = DECLINE.exec(token) ?? [];
      return code === undefined ? { answer: 'approve' } : { answer: 'decline', code, thenApprove: thenSuccess !== undefined };
    }
  }
};
