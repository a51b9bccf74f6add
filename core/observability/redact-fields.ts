import { isCardNumber } from './card-digits.js';
import { redactText } from './redaction.js';

const hiddenExactly = new Set(['cvc', 'cvv', 'pan', 'xapikey', 'rawbody']);
const hiddenEndings = /(?:tokens?|secrets?|passwords?|passwd|passphrase|apikeys?|privatekeys?|authorization|signatures?|credentials?|cookies?|emails?|methodref|body|cardnumber)$/;

const isHidden = (name: string): boolean => {
  const bare = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return hiddenExactly.has(bare) || hiddenEndings.test(bare);
};

const says = (value: unknown): boolean => value !== null && typeof value !== 'boolean';

/** Hides the fields whose name says that they are secret, and takes secrets out of every text and name of what remains. */
export const redactFields = (value: unknown): unknown => {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'number') return isCardNumber(String(value)) ? '[digits]' : value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(redactFields);
  return Object.fromEntries(Object.entries(value).map(([name, item]: [string, unknown]) =>
    [redactText(name), isHidden(name) && says(item) ? '[hidden]' : redactFields(item)]));
};
