/** The card numbers a test gateway takes as tokens (specification 16.3). */
const testNumbers: ReadonlySet<string> = new Set(['4111111111111111', '5555555555554444', '378282246310005', '3530111333300000']);

const passesLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    const weighed = at % 2 === 0 ? digit : digit * 2;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
};

/** Whether a text is what a card number looks like: 13 to 19 digits that pass Luhn, whatever spaces, dots and dashes stand between them. */
export const looksLikeCardNumber = (text: string): boolean => {
  if (text.length < 13 || text.length > 2048) return false;
  const digits = text.replaceAll(/[\s.\-\u00AD\u2010-\u2015\u2212]/g, '');
  return /^\d{13,19}$/.test(digits) && passesLuhn(digits);
};

/** The test card number a text is, without its spaces; undefined when it is none. */
export const testNumberIn = (text: string): string | undefined => {
  const digits = text.replaceAll(' ', '');
  return testNumbers.has(digits) ? digits : undefined;
};

const unpairedSurrogate = /[\uD800-\uDFFF]/u;

/** What is wrong with a text that stands somewhere in a body. */
export interface BadText { readonly param: string; readonly problem: 'card_number' | 'broken_text' }

/**
 * The first text in a body that may not enter: a card number, or text with half a character in it. Searched without recursion: a body may be nested as deep
 * as its bytes allow. `param` is the path of the text, `a.b[0]`.
 */
export const findBadText = (body: unknown): BadText | undefined => {
  const waiting: { readonly param: string; readonly value: unknown }[] = [{ param: '', value: body }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { param, value } = next;
    if (typeof value === 'string') {
      if (looksLikeCardNumber(value)) return { param, problem: 'card_number' };
      if (unpairedSurrogate.test(value)) return { param, problem: 'broken_text' };
    } else if (Array.isArray(value)) {
      for (let at = value.length - 1; at >= 0; at -= 1) waiting.push({ param: `${param}[${at}]`, value: value[at] });
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value).toReversed()) waiting.push({ param: param === '' ? name : `${param}.${name}`, value: member });
    }
  }
  return undefined;
};
