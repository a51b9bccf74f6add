import { createPrivateKey } from 'node:crypto';

/** What is wrong with a PEM that shall sign operator tokens, or undefined. Line breaks may be written as \n, as in .env files. */
export const jwtPrivateKeyFault = (pem: string): string | undefined => {
  try {
    const key = createPrivateKey(pem.replaceAll('\\n', '\n'));
    const type = key.asymmetricKeyType;
    if (type === 'ec') return undefined;
    if (type !== 'rsa') return `a private key of type ${String(type)}`;
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    return bits >= 2048 ? undefined : `an RSA key of ${String(bits)} bits`;
  } catch {
    return `${String(pem.length)} characters that are not an unencrypted PEM private key`;
  }
};
