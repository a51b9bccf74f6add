import type { Collection, Db, Document } from 'mongodb';

/** No answer came in time: whatever was asked may have been done. */
export class AnswerMissing extends Error {
  override readonly name = 'AnswerMissing';
}

const slow = new Set(['createIndex', 'createIndexes']);
const indexMs = 3_600_000;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isPromise = (value: unknown): value is Promise<unknown> => isObject(value) && 'then' in value && typeof value.then === 'function';
const isCursor = (value: unknown): value is object => isObject(value) && 'toArray' in value && 'next' in value;

/** @throws AnswerMissing after `ms`; `what` was asked goes on unheard */
export const within = async <T>(asked: Promise<T>, ms: number, what: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => { reject(new AnswerMissing(`The database did not answer "${what}" within ${String(ms / 1000)} s`)); }, ms);
  });
  try {
    return await Promise.race([asked, late]);
  } finally { clearTimeout(timer); }
};

async function* oneByOne(next: () => Promise<unknown>): AsyncGenerator {
  for (let item = await next(); item !== null; item = await next()) yield item;
}

/** The same object, with an end to every wait for an answer. */
const boundedObject = <T extends object>(target: T, ms: number, name: string): T => {
  const proxy: T = new Proxy(target, {
    get: (_, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      if (key === Symbol.asyncIterator) return () => oneByOne(() => (Reflect.get(proxy, 'next') as () => Promise<unknown>)());
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(value, target, args);
        if (answer === target) return proxy;
        const what = `${String(key)} ${name}`;
        if (isPromise(answer)) return within(answer, slow.has(String(key)) ? indexMs : ms, what);
        return isCursor(answer) ? boundedObject(answer, ms, what) : answer;
      };
    },
    set: (_, key, value) => Reflect.set(target, key, value, target),
  });
  return proxy;
};

/**
 * A database whose every answer comes within `ms` or is missing. The driver itself waits for ever when the server goes away
 * between the end of a connection and its close: what is written then is neither sent nor refused (mongodb 7.8).
 */
export const boundedDatabase = (database: Db, ms: number): Db => {
  const bounded = boundedObject(database, ms, 'database');
  return new Proxy(bounded, {
    get: (_, key) => {
      if (key !== 'collection') return Reflect.get(bounded, key) as unknown;
      return <D extends Document>(name: string): Collection<D> => boundedObject(database.collection<D>(name), ms, name);
    },
  });
};
