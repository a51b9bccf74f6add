import { readFileSync } from 'node:fs';

/** The files that make the catalogue, all beside this one. */
export const declineFileNames = [
  'decline-codes.json',
  'canonical-codes.json',
  'network-rules.json',
  'systems.json',
  'reason-messages.json',
] as const;

export type DeclineFileName = (typeof declineFileNames)[number];

/** The text of each file; a file that could not be read is left out. */
export type DeclineFiles = Readonly<Partial<Record<DeclineFileName, string>>>;

/** Reads the files as shipped. Never throws: a missing file is reported by the check with everything else. */
export function readDeclineFiles(): DeclineFiles {
  const files: Partial<Record<DeclineFileName, string>> = {};
  for (const name of declineFileNames) {
    try {
      files[name] = readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
    } catch {
      continue;
    }
  }
  return files;
}
