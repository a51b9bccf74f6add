const maxKept = 64;

/** What is kept of a text that somebody else wrote. */
export const printable = (text: string): string => {
  const clean = text.slice(0, maxKept).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
  return text.length > maxKept ? `${clean.slice(0, maxKept - 1)}…` : clean;
};
