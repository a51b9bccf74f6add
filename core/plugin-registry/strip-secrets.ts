import { isSecret } from '../connector-kit/index.js';

/** Replaces every known secret in a text by `[secret]`. */
export type StripSecrets = (text: string) => string;

/** Every secret inside a config, revealed. */
export const secretsWithin = (config: unknown): readonly string[] => {
  if (typeof config !== 'object' || config === null || config instanceof Date) return [];
  if (isSecret(config)) return [config.reveal()];
  return Object.values(config).flatMap(secretsWithin);
};

/** The shapes in which a credential turns up in messages: as it is, in a URL, and inside a Basic header. */
const shapesOf = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
  Buffer.from(`${secret}:`).toString('base64'),
];

/** A stripper for the given secrets; the list is read anew each time, so that credentials minted later are covered. */
export const createStripper = (secrets: Iterable<string>): StripSecrets => {
  return (text) => {
    const shapes = [...secrets].filter((secret) => secret !== '').flatMap(shapesOf);
    // Longest first: a secret that contains another is replaced whole.
    return [...new Set(shapes)]
      .sort((one, other) => other.length - one.length)
      .reduce((stripped, shape) => stripped.replaceAll(shape, '[secret]'), text);
  };
};

/** A copy of log fields or other loose data with every text stripped. */
export const stripWithin = (value: unknown, strip: StripSecrets, depth = 0): unknown => {
  if (typeof value === 'string') return strip(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return typeof value === 'function' ? '[function]' : value;
  if (isSecret(value)) return '[secret]';
  if (depth > 6) return '[deep]';
  if (value instanceof Error) return { name: value.name, message: strip(value.message) };
  if (Array.isArray(value)) return value.map((entry) => stripWithin(entry, strip, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [strip(key), stripWithin(member, strip, depth + 1)]));
};
