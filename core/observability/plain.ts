const MAX_DEPTH = 6;
const MAX_ITEMS = 100;

const fieldsOf = (value: object, depth: number): Record<string, unknown> =>
  Object.fromEntries(Object.keys(value).map((key) => {
    try { return [key, plain(Reflect.get(value, key), depth)]; } catch { return [key, '[unreadable]']; }
  }));

/** Only what an error says of itself: other members may hold what was sent or answered. */
const errorFields = (error: Error, depth: number): Record<string, unknown> => {
  const code: unknown = Reflect.get(error, 'code');
  return {
    name: error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined ? {} : { cause: plain(error.cause, depth) }),
    ...(error instanceof AggregateError ? { errors: plain(error.errors, depth) } : {}),
  };
};

/** A value as a log line can hold it: no bytes, no cycles, errors with their causes. Redaction comes after. */
export const plain = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return value;
  if (depth > MAX_DEPTH) return '[deep]';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Error) return errorFields(value, depth + 1);
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `[${String(value.byteLength)} bytes]`;
  // a query holds what was asked, percent-encoded
  if (value instanceof URL) return `${value.origin}${value.pathname}${value.search === '' ? '' : '?…'}`;
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item, depth + 1)]));
  if (value instanceof Set || Array.isArray(value)) return [...value].slice(0, MAX_ITEMS).map((item: unknown) => plain(item, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    try { return plain(value.toJSON(), depth + 1); } catch { return '[unreadable]'; }
  }
  return fieldsOf(value, depth + 1);
};
