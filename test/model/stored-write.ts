/**
 * The few MongoDB operators that writes of a case use, over plain immutable documents: what the store does in one atomic step.
 * `stored-write.test.ts` holds it against the real store.
 */
export type Plain = Readonly<Record<string, unknown>>;

export const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** Deep equality of stored values. */
export const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime();
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, index) => same(one, b[index]));
  if (!isPlain(a) || !isPlain(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
};

/** Every value a path may mean: arrays on the way are looked into. */
const valuesAt = (value: unknown, path: readonly string[]): readonly unknown[] => {
  const [key, ...rest] = path;
  if (key === undefined) return [value];
  if (Array.isArray(value)) return value.flatMap((one) => valuesAt(one, path));
  return isPlain(value) && key in value ? valuesAt(value[key], rest) : [undefined];
};

const order = (value: unknown): number | undefined => (value instanceof Date ? value.getTime() : typeof value === 'number' ? value : undefined);

const compared = (found: unknown, wanted: unknown, holds: (difference: number) => boolean): boolean => {
  const [a, b] = [order(found), order(wanted)];
  return a !== undefined && b !== undefined && holds(a - b);
};

const equals = (found: unknown, wanted: unknown): boolean =>
  same(found, wanted) || (wanted === null && found === undefined) || (Array.isArray(found) && found.some((one) => same(one, wanted)));

const operator = (name: string, wanted: unknown, found: readonly unknown[]): boolean => {
  switch (name) {
    case '$ne': return !found.some((one) => equals(one, wanted));
    case '$in': return Array.isArray(wanted) && found.some((one) => wanted.some((each) => equals(one, each)));
    case '$lte': return found.some((one) => compared(one, wanted, (difference) => difference <= 0));
    case '$gt': return found.some((one) => compared(one, wanted, (difference) => difference > 0));
    case '$exists': return found.some((one) => one !== undefined) === wanted;
    case '$elemMatch': return isPlain(wanted) && found.some((one) => Array.isArray(one) && one.some((element) => isPlain(element) && matches(wanted, element)));
    default: throw new Error(`A filter uses ${name}, which this store does not know`);
  }
};

const isOperators = (value: unknown): value is Plain => isPlain(value) && Object.keys(value).some((key) => key.startsWith('$'));

/** Whether a document matches a filter. */
export const matches = (filter: Plain, document: Plain): boolean => Object.entries(filter).every(([path, wanted]) => {
  if (path === '$or') return Array.isArray(wanted) && wanted.some((one) => isPlain(one) && matches(one, document));
  const found = path.includes('.') ? valuesAt(document, path.split('.')) : [document[path]];
  return isOperators(wanted) ? Object.entries(wanted).every(([name, value]) => operator(name, value, found)) : found.some((one) => equals(one, wanted));
});

/** Which element `$` means: the first that the filter's `$elemMatch` on this array found. */
const positionOf = (filter: Plain, document: Plain, field: string): number => {
  const wanted = filter[field];
  const elements = document[field];
  const inner = isPlain(wanted) ? wanted['$elemMatch'] : undefined;
  if (!isPlain(inner) || !Array.isArray(elements)) throw new Error(`"${field}.$" without an $elemMatch on ${field}`);
  return elements.findIndex((element) => isPlain(element) && matches(inner, element));
};

type Change = (before: unknown) => unknown;
const removed = Symbol('removed');

const changeAt = (value: unknown, path: readonly string[], change: Change): unknown => {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (Array.isArray(value)) return value.map((one: unknown, index) => (index === Number(key) ? changeAt(one, rest, change) : one));
  const before = isPlain(value) ? value : {};
  const after = changeAt(before[key], rest, change);
  if (after === before[key]) return value;
  if (after !== removed) return { ...before, [key]: after };
  if (!(key in before)) return value;
  const { [key]: _, ...others } = before;
  return others;
};

const push = (pushed: unknown): Change => (before) => {
  const list: readonly unknown[] = Array.isArray(before) ? before : [];
  if (!isPlain(pushed) || !Array.isArray(pushed['$each'])) return [...list, pushed];
  const all = [...list, ...pushed['$each']];
  const slice = pushed['$slice'];
  return typeof slice === 'number' ? all.slice(slice) : all;
};

const addToSet = (added: unknown): Change => (before) => {
  const list: readonly unknown[] = Array.isArray(before) ? before : [];
  const wanted: readonly unknown[] = isPlain(added) && Array.isArray(added['$each']) ? added['$each'] : [added];
  const all = wanted.reduce<readonly unknown[]>((some, one) => (some.some((each) => same(each, one)) ? some : [...some, one]), list);
  return all.length === list.length ? before : all;
};

const pull = (condition: unknown): Change => (before) => {
  if (!Array.isArray(before)) return before;
  const kept = before.filter((one) => !(isPlain(condition) && isPlain(one) ? matches(condition, one) : same(one, condition)));
  return kept.length === before.length ? before : kept;
};

const changeOf = (name: string, operand: unknown): Change => {
  switch (name) {
    case '$set': return (before) => (same(before, operand) ? before : operand);
    case '$unset': return () => removed;
    case '$inc': return (before) => (typeof before === 'number' ? before : 0) + Number(operand);
    case '$min': return (before) => (before === undefined || compared(operand, before, (difference) => difference < 0) ? operand : before);
    case '$push': return push(operand);
    case '$addToSet': return addToSet(operand);
    case '$pull': return pull(operand);
    default: throw new Error(`An update uses ${name}, which this store does not know`);
  }
};

/** The document after an update that matched it by this filter. */
export const updated = <T extends object>(document: T, filter: Plain, update: Plain): T => {
  let after: unknown = document;
  for (const [name, operands] of Object.entries(update)) {
    if (!isPlain(operands)) throw new Error(`${name} has no fields`);
    for (const [path, operand] of Object.entries(operands)) {
      const keys = path.split('.');
      const field = keys[0];
      const at = keys.indexOf('$');
      const place = at === -1 || field === undefined ? keys : [...keys.slice(0, at), String(positionOf(filter, document as Plain, field)), ...keys.slice(at + 1)];
      after = changeAt(after, place, changeOf(name, operand));
    }
  }
  return after as T;
};
