/** A request as a race looks at it. */
export interface Raced {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The reads a race waits for: of this address, where `query` is given with these parameters in it. */
export interface RacedRead {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** After how many of them something happens. */
  readonly nth: number;
}

/** Something happening between two requests: after a read was answered, or just before a write is served. */
export interface Races {
  afterRead(read: RacedRead, act: () => void): void;
  /** Once, before the next write to this address. */
  beforeWrite(path: string, act: () => void): void;
  noteAnswered(request: Raced): void;
  noteReceived(request: Raced): void;
}

interface AfterRead {
  readonly read: RacedRead;
  readonly act: () => void;
  left: number;
}

const isOf = ({ path, query = {} }: RacedRead, request: Raced): boolean =>
  path === request.path && Object.entries(query).every(([name, value]) => request.query.get(name) === value);

/** No races yet. */
export const createRaces = (): Races => {
  let afterReads: AfterRead[] = [];
  const befores = new Map<string, () => void>();
  return {
    afterRead: (read, act) => void afterReads.push({ read, act, left: read.nth }),
    beforeWrite: (path, act) => void befores.set(path, act),
    noteAnswered: (request) => {
      if (request.method !== 'GET') return;
      const reached = afterReads.filter(({ read }) => isOf(read, request));
      for (const race of reached) race.left -= 1;
      const due = reached.filter(({ left }) => left === 0);
      afterReads = afterReads.filter(({ left }) => left > 0);
      for (const { act } of due) act();
    },
    noteReceived: ({ method, path }) => {
      const act = method === 'GET' ? undefined : befores.get(path);
      if (act === undefined) return;
      befores.delete(path);
      act();
    },
  };
};
