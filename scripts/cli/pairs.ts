import type { ReadCredential } from './credential-source.js';
import { UsageError } from './failures.js';

const part = (pair: string, flag: string): readonly [string, string] => {
  const at = pair.indexOf('=');
  // the text may be a secret somebody put here: it is not repeated
  if (at < 1) throw new UsageError(`${flag} needs NAME=…, such as ${flag === '--credential' ? 'apiKey=env:API_KEY' : 'platformRetriesOff=true'}; one was given without a name before "=".`);
  return [pair.slice(0, at), pair.slice(at + 1)];
};

const own = (target: object, name: string, flag: string): unknown => {
  if (name === '__proto__') throw new UsageError(`${flag} cannot be named __proto__.`);
  return Object.hasOwn(target, name) ? Reflect.get(target, name) : undefined;
};

/** Reads `name=source` pairs; a name given several times becomes a list. */
export const readCredentials = async (pairs: readonly string[], read: ReadCredential): Promise<Record<string, unknown>> => {
  const credentials: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [name, source] = part(pair, '--credential');
    const value = await read(name, source);
    const before = own(credentials, name, '--credential');
    credentials[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return credentials;
};

/** Reads `name=value` pairs whose values are ids, each name once. */
export const readMap = (pairs: readonly string[], flag: string, example: string): Record<string, string> => {
  const map: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.lastIndexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (at < 1 || value === '') throw new UsageError(`${flag} is "${pair}"; it must be ${example}.`);
    if (own(map, name, flag) !== undefined) throw new UsageError(`${flag} names ${name} twice; one account is charged at one gateway.`);
    map[name] = value;
  }
  return map;
};

/** Reads `name=value` pairs. Values are true, false, integers, text or, where empty, null; `name.inner=value` sets a member of an object. */
export const readOptions = (pairs: readonly string[]): Record<string, unknown> => {
  const options: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [path, text] = part(pair, '--option');
    const dot = path.indexOf('.');
    const name = dot < 0 ? path : path.slice(0, dot);
    const before = own(options, name, '--option');
    if (dot < 0) options[name] = valueOf(text);
    else options[name] = { ...(typeof before === 'object' ? before : {}), [path.slice(dot + 1)]: text };
  }
  return options;
};

const valueOf = (text: string): unknown => {
  if (text === '') return null;
  if (text === 'true') return true;
  if (text === 'false') return false;
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
};
