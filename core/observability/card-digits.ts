const MIN_DIGITS = 13;
const MAX_DIGITS = 19;

/** Whether digits are a card number: a length cards have, a first digit that cards have and epoch times have not, and the check digit of ISO/IEC 7812. */
export const isCardNumber = (digits: string): boolean => {
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS || !/^[2-9]/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
};

interface Group { readonly digits: string; readonly from: number; readonly to: number }

/** Cards are written in groups of 3 to 7 or digit by digit; dates, which have groups of two, are left readable. */
const looksLikeCard = (groups: readonly Group[]): boolean =>
  isCardNumber(groups.map((group) => group.digits).join(''))
  && (groups.length === 1 || groups.every(({ digits }) => digits.length >= 3 && digits.length <= 7) || groups.every(({ digits }) => digits.length === 1));

const hideIn = (run: string): string => {
  const groups: Group[] = [...run.matchAll(/\d+/g)].map((match) => ({ digits: match[0], from: match.index, to: match.index + match[0].length }));
  let out = '';
  let from = 0;
  for (let start = 0; start < groups.length; start += 1) {
    for (let end = Math.min(groups.length, start + MAX_DIGITS); end > start; end -= 1) {
      const part = groups.slice(start, end);
      const [first, last] = [part[0], part.at(-1)];
      if (!first || !last || !looksLikeCard(part)) continue;
      out += `${run.slice(from, first.from)}[digits]`;
      from = last.to;
      start = end - 1;
      break;
    }
  }
  return out + run.slice(from);
};

/** Takes card numbers out of a text, also where they are grouped by spaces, dots or hyphens. Ids, dates, amounts and epoch times stay. */
export const hideCardNumbers = (text: string): string =>
  text.replaceAll(/(?<=\d)%20(?=\d)/g, ' ').replaceAll(/\d(?:[ .+\-\u00a0]?\d){12,}/g, hideIn);
