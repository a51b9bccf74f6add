import { types } from 'node:util';

/** Thrown for a value that is not plain data; names the place, never the value. */
export class NotPlainData extends Error {
  override readonly name = 'NotPlainData';
}

const MAX_DEPTH = 40;

const kindOf = (value: object): string => {
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' ? `an instance of ${name.slice(0, 60)}` : 'an object with its own prototype';
};

const copyOf = (value: unknown, place: string, within: readonly object[]): unknown => {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'object') return copyOfObject(value, place, within);
  if (typeof value !== 'number') throw new NotPlainData(`${place} is a ${typeof value}`);
  if (!Number.isFinite(value)) throw new NotPlainData(`${place} is ${String(value)}`);
  return value;
};

const copyOfObject = (value: object, place: string, within: readonly object[]): unknown => {
  if (types.isDate(value)) {
    if (Number.isNaN(value.getTime())) throw new NotPlainData(`${place} is an invalid date`);
    return new Date(value);
  }
  if (within.includes(value)) throw new NotPlainData(`${place} contains itself`);
  if (within.length >= MAX_DEPTH) throw new NotPlainData(`${place} is nested deeper than ${String(MAX_DEPTH)} levels`);
  const inside = [...within, value];
  if (Array.isArray(value)) return Object.freeze(Array.from(value, (entry, at) => copyOf(entry, `${place}[${String(at)}]`, inside)));
  const prototype: unknown = Object.getPrototypeOf(value);
  // A prototype without a prototype is `Object.prototype`, of whatever realm the plugin runs in.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw new NotPlainData(`${place} is ${kindOf(value)}`);
  if (Object.getOwnPropertySymbols(value).length > 0) throw new NotPlainData(`${place} has a symbol for a key`);
  const members = Object.entries(value)
    .map(([key, member]) => [key, copyOf(member, `${place}.${key}`, inside)] as const)
    .filter(([, member]) => member !== undefined);
  return Object.freeze(Object.fromEntries(members));
};

/**
 * A deep-frozen copy of plain data: strings, finite numbers, booleans, null, valid dates, arrays and plain objects. Members that are undefined are left
 * out. Everything else is refused.
 *
 * @throws NotPlainData
 */
export const plainCopy = <T>(value: T, place: string): T => copyOf(value, place, []) as T;
