import { createHash, randomBytes } from 'node:crypto';
import type { KeyKind } from './records.js';

const PREFIX: Readonly<Record<KeyKind, string>> = { secret: 'rev_', publishable: 'rev_pk_' };

/** A new API key: shown once, stored as its digest. */
export const issueKey = (kind: KeyKind): string => `${PREFIX[kind]}${randomBytes(24).toString('base64url')}`;

/** A new secret to sign webhooks with; Standard Webhooks reads the part behind the prefix as standard base64. */
export const issueSigningSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;

/** The last part of a webhook URL that nobody guesses. */
export const issueUrlKey = (): string => randomBytes(24).toString('base64url');

/** What is stored of a key. It has 192 random bits, so that a plain SHA-256 cannot be searched. */
export const digestOfKey = (key: string): string => createHash('sha256').update(key, 'utf8').digest('hex');
