/** What moves on the wires of a world: it is at rest when nothing does and nothing is being answered. */
export interface Traffic {
  moved(): void;
  /** A question to the database is on its way. */
  asked(): void;
  answered(): void;
  /** Resolves when nothing has moved for some turns of the event loop. */
  settled(): Promise<void>;
}

const quietTurns = 10;

export const createTraffic = (): Traffic => {
  let movements = 0;
  let open = 0;
  let waiting: (() => void) | undefined;
  const turn = () => new Promise<void>((resolve) => { setImmediate(resolve); });
  return {
    moved: () => { movements += 1; },
    asked: () => { open += 1; movements += 1; },
    answered: () => {
      open -= 1;
      movements += 1;
      if (open > 0) return;
      waiting?.();
      waiting = undefined;
    },
    settled: async () => {
      for (let quiet = 0; quiet < quietTurns;) {
        const before = movements;
        if (open > 0) await new Promise<void>((resolve) => { waiting = resolve; });
        await turn();
        quiet = movements === before ? quiet + 1 : 0;
      }
    },
  };
};
