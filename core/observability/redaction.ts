const patterns: readonly (readonly [RegExp, string])[] = [
  [/\b(?:sk|rk|pk)_(?:test|live)_\w+/g, '[key]'],
  [/\brev_(?:pk_|pw_)?[\w-]{16,}/g, '[key]'],
  [/\bwhsec_[\w+/=-]+/g, '[secret]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '[jwt]'],
  [/\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[email]'],
  [/\b(?:\d[ .-]?){12,18}\d\b/g, '[digits]'],
  [/mongodb(\+srv)?:\/\/[^@\s/]+@/g, 'mongodb$1://[credentials]@'],
];

/** Takes keys, secrets, JSON Web Tokens, e-mail addresses, card-like digits and database credentials out of a text. */
export const redactText = (text: string): string => patterns.reduce((clean, [pattern, mark]) => clean.replace(pattern, mark), text);

/** The part of a token that a log line may show. */
export const lastFour = (token: string): string => `…${token.slice(-4)}`;
