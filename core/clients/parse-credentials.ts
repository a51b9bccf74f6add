import type { ParsedConfig } from '../plugin-registry/index.js';
import { InvalidInput } from './refusals.js';

/** The two parts of a plugin's config as a person enters them, and the paths they know them by. */
export interface EnteredConfig {
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly credentialsAt: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly optionsAt: string;
}

/**
 * Lets the plugin parse credentials and its own options as one config, and answers that.
 * @throws InvalidInput naming the first member that is wrong, never a value
 */
export const parseCredentials = (
  plugin: { readonly displayName: string; parseConfig(entered: unknown): ParsedConfig },
  { credentials, credentialsAt, options, optionsAt }: EnteredConfig,
): unknown => {
  const twice = Object.keys(credentials).find((name) => name in options);
  if (twice !== undefined) throw new InvalidInput({ param: `${optionsAt}.${twice}`, found: 'a value', expected: 'left out, as it is given as a credential' });
  const entered = { ...options, ...credentials };
  const parsed = plugin.parseConfig(entered);
  if (parsed.ok) return parsed.config;
  const [problem] = parsed.problems;
  const path = problem?.path ?? '';
  const top = /^[^.[]*/.exec(path)?.[0] ?? '';
  const base = top in options ? optionsAt : credentialsAt;
  const param = path === '' ? base : `${base}.${path}`;
  const expected = problem?.message ?? 'valid';
  if (top !== '' && !(top in entered)) throw new InvalidInput({ param, found: 'nothing', expected: 'given' }, `${param} is required by ${plugin.displayName}`);
  const found = 'a value that is not shown';
  throw new InvalidInput({ param, found, expected }, `${param} is not accepted by ${plugin.displayName}: ${expected}`);
};
