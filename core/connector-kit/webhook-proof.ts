import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const digest = (content: string | Uint8Array): Uint8Array => createHash('sha256').update(content).digest();

/** Whether two texts or byte strings are equal, in a time that tells neither where they differ nor how long they are. */
export const equalInConstantTime = (one: string | Uint8Array, other: string | Uint8Array): boolean =>
  timingSafeEqual(digest(one), digest(other));

/** A proof by HMAC over the raw bytes of a delivery. */
export interface HmacProof {
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
  /** How the platform writes the result. */
  readonly encoding: 'hex' | 'base64';
  /** What was signed, in order: a timestamp, a separator, the raw body. */
  readonly signed: readonly (string | Uint8Array)[];
  /** The secrets that are valid now: two while one is being replaced. */
  readonly secrets: readonly (string | Uint8Array)[];
  /** The proofs that came with the delivery: several while the platform signs with two secrets. */
  readonly proofs: readonly string[];
}

const FORMS = { hex: /^(?:[0-9a-f]{2})+$/i, base64: /^[A-Za-z0-9+/_-]+={0,2}$/ } as const;

/** Whether one of the proofs was made with one of the secrets. Every pair is compared, so that the time does not tell which was right. */
export const provesHmac = ({ algorithm, encoding, signed, secrets, proofs }: HmacProof): boolean => {
  // Anyone can sign with an empty secret, so one that was never entered proves nothing.
  const usable = secrets.filter((secret) => secret.length > 0);
  const expected = usable.map((secret) => signed.reduce((hmac, part) => hmac.update(part), createHmac(algorithm, secret)).digest());
  const given = proofs.filter((proof) => FORMS[encoding].test(proof)).map((proof) => Buffer.from(proof, encoding));
  let proved = false;
  for (const one of expected) for (const other of given) proved = equalInConstantTime(one, other) || proved;
  return proved;
};

/** How far the time in a proof may lie from ours. Seconds. */
export interface ProofWindow {
  readonly past: number;
  /** Clocks differ: a little is allowed. Much means that the proof is kept for later. */
  readonly future: number;
}

/** Whether a signed time lies in the window around the time of receipt; both ends belong to it. An invalid date lies nowhere. */
export const timeInWindow = (signedAt: Date, receivedAt: Date, window: ProofWindow): 'in_window' | 'too_old' | 'in_future' => {
  const age = (receivedAt.getTime() - signedAt.getTime()) / 1000;
  if (age < -window.future) return 'in_future';
  return age <= window.past ? 'in_window' : 'too_old';
};

/** Checks an `Authorization: Basic` header against one user name and password, both compared in any case and neither of them empty. */
export const checkBasic = (header: string | null, user: string, password: string): 'proved' | 'missing_proof' | 'wrong_proof' => {
  if (header === null || header === '') return 'missing_proof';
  const encoded = /^Basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(header)?.[1];
  if (encoded === undefined) return 'wrong_proof';
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  const rightUser = equalInConstantTime(colon < 0 ? decoded : decoded.slice(0, colon), user);
  const rightPassword = equalInConstantTime(colon < 0 ? '' : decoded.slice(colon + 1), password);
  return colon >= 0 && user !== '' && password !== '' && rightUser && rightPassword ? 'proved' : 'wrong_proof';
};
