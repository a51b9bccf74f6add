import { hideCardNumbers } from './card-digits.js';

const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[key]'],
  // to the last @: a password that was not encoded may hold one, or a slash
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s"'<>@/:]*:[^\s"'<>]*@/gi, '$1[credentials]@'],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s"'<>@/:]+@/gi, '$1[credentials]@'],
  // names of settings and headers are words of our own messages: only what has a digit is taken for a value
  [/\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?=[^\s"',;]*\d)[^\s"',;]+/gi, '$1[hidden]'],
  [/\b(pass(?:word|wd|phrase)["']?\s*[:=]\s*["']?)(?=[^\s"',;&)]*\d)[^\s"',;&)]+/gi, '$1[hidden]'],
  [/\b(Bearer|Basic)(?:\s|%20|\+)+[\w.~+/=-]{8,}/gi, '$1 [hidden]'],
  [/(?<=[?&])((?:\w*_)?(?:token|secret|signature|sig|password|api_?key)=)[^\s"'&#]+/gi, '$1[hidden]'],
  [/(?:sk|rk|pk|ek)_(?:test|live)_\w+/g, '[key]'],
  [/(?<!p)rev_(?:pk_|pw_)?[\w-]{16,}/g, '[key]'],
  [/whsec_[\w+/=-]+/g, '[secret]'],
  [/(?<![A-Za-z])(?:test|live)_[A-Za-z0-9]{16,}/g, '[key]'],
  [/_secret_\w{10,}/g, '_secret_[hidden]'],
  [/eyJ[\w-]+\.[\w-]+\.[\w-]*(?:\.[\w-]+)*/g, '[jwt]'],
  [/\bv1=[0-9a-f]{32,}/gi, 'v1=[signature]'],
  [/\bv1a?,[A-Za-z0-9+/]{40,}={0,2}/g, 'v1,[signature]'],
  [/(?<![A-Za-z0-9])(pm|tok|card|src|ba)_[A-Za-z0-9]{6,}(?<last>[A-Za-z0-9]{4})(?![A-Za-z0-9])/g, '$1_…$<last>'],
  [/[\p{L}\p{N}._%+'-]{1,64}(?:@|%40)(?:[\p{L}\p{N}-]{1,63}\.)+\p{L}{2,}/giu, '[email]'],
];

/** Takes keys, secrets, tokens, JSON Web Tokens, e-mail addresses, card numbers and the credentials of a URI out of a text. */
export const redactText = (text: string): string =>
  hideCardNumbers(patterns.reduce((clean, [pattern, mark]) => clean.replace(pattern, mark), text));

/** The part of a token that a log line may show; nothing of one so short that four characters are most of it. */
export const lastFour = (token: string): string => (token.length > 8 ? `…${token.slice(-4)}` : '…');
