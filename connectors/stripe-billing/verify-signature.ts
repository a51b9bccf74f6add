import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../core/connector-kit/index.js';

export type SignatureVerdict = 'genuine' | 'missing_proof' | 'wrong_proof' | 'too_old';

/** How far the signed time may lie on either side of the moment of receipt. A retry of Stripe's is signed anew, so it is never stale. */
const TOLERANCE_S = 300;

/**
 * `Stripe-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>…]`, each `v1` an HMAC-SHA256 over `<t>.<body>` under one of the endpoint's
 * secrets.
 *
 * The SDK's own check decodes the bytes to text first (so that a byte order mark or a broken character can vanish) and looks only at age,
 * never at a time in the future; this one signs the bytes as they came and bounds both sides. The stale are told apart only once the proof
 * holds.
 */
export const verifySignature = (
  body: Uint8Array,
  header: string | null,
  secrets: readonly Secret[],
  receivedAt: Date,
): SignatureVerdict => {
  if (header === null || header.trim() === '') return 'missing_proof';
  const signed = readHeader(header);
  if (signed === undefined) return 'wrong_proof';
  // Every pair is compared, so that the time taken tells nothing about which secret or signature fitted.
  const proofs = secrets.flatMap((secret) => {
    const expected = createHmac('sha256', secret.reveal().trim()).update(`${signed.time}.`).update(body).digest();
    return signed.signatures.map((signature) => timingSafeEqual(expected, signature));
  });
  if (!proofs.includes(true)) return 'wrong_proof';
  const ageSeconds = Math.floor(receivedAt.getTime() / 1000) - Number(signed.time);
  return Math.abs(ageSeconds) <= TOLERANCE_S ? 'genuine' : 'too_old';
};

/** More than a handful of signatures is nobody's rotation but work for us. */
const MOST_SIGNATURES = 8;

const readHeader = (header: string): { readonly time: string; readonly signatures: readonly Uint8Array[] } | undefined => {
  const parts = header.split(',').map((part) => part.trim());
  const times = parts.filter((part) => part.startsWith('t=')).map((part) => part.slice(2));
  const [time] = times;
  const signatures = parts.filter((part) => /^v1=[0-9a-f]{64}$/.test(part)).map((part) => Buffer.from(part.slice(3), 'hex'));
  const sound =
    time !== undefined && times.length === 1 && /^\d{1,12}$/.test(time) && signatures.length > 0 && signatures.length <= MOST_SIGNATURES;
  return sound ? { time, signatures } : undefined;
};
