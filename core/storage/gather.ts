/** What became of one of many that were asked together. */
export type Answered<R> = { readonly value: R } | { readonly error: unknown };

interface Waiting<A, R> { readonly asked: A; readonly resolve: (value: R) => void; readonly reject: (error: unknown) => void }

/**
 * Gathers what is asked in one turn of the event loop, so that `answerAll` asks the database once for all of it. Everything is asked after its caller asked for it: what is
 * read is as fresh as if it had been read alone. `answerAll` answers each in its place; when it throws, all of them fail with its error.
 */
export const gather = <A, R>(answerAll: (asked: readonly A[]) => Promise<readonly Answered<R>[]>, most = 100): ((asked: A) => Promise<R>) => {
  let waiting: Waiting<A, R>[] = [];

  const run = async (batch: readonly Waiting<A, R>[]): Promise<void> => {
    try {
      const answers = await answerAll(batch.map(({ asked }) => asked));
      batch.forEach(({ resolve, reject }, at) => {
        const answer = answers[at];
        if (answer === undefined) reject(new Error('One of many was not answered'));
        else if ('error' in answer) reject(answer.error);
        else resolve(answer.value);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  const flush = () => {
    const due = waiting;
    waiting = [];
    for (let from = 0; from < due.length; from += most) void run(due.slice(from, from + most));
  };

  return (asked) => new Promise<R>((resolve, reject) => {
    waiting.push({ asked, resolve, reject });
    if (waiting.length === 1) setImmediate(flush);
  });
};

/**
 * One reading for all who ask in one turn of the event loop, by key. `load` brings what is stored under each key, `make` what is handed out of it, once for all who
 * asked for that key: what cannot be made fails for them alone.
 */
export const gatherReads = <D, T>(load: (keys: readonly string[]) => Promise<ReadonlyMap<string, D>>, make: (stored: D) => T): ((key: string) => Promise<T | undefined>) =>
  gather<string, T | undefined>(async (asked) => {
    const keys = [...new Set(asked)];
    const stored = await load(keys);
    const made = new Map(keys.map((key): [string, Answered<T | undefined>] => {
      const found = stored.get(key);
      if (found === undefined) return [key, { value: undefined }];
      try {
        return [key, { value: make(found) }];
      } catch (error) {
        return [key, { error }];
      }
    }));
    return asked.map((key) => made.get(key) ?? { value: undefined });
  });
