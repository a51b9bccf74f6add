/** Everything a fake's account has told, and who hears of it. */
export interface EventStream<Event> {
  /** Oldest first. */
  readonly all: readonly Event[];
  isQuiet(): boolean;
  /** Runs without telling anyone: for what lies before the story begins, and for changes whose webhook is lost. */
  quietly(act: () => void): void;
  onEvent(listener: (event: Event) => void): void;
  /** Keeps an event that nobody is told. */
  keep(event: Event): void;
  /** Keeps an event and tells it. */
  publish(event: Event): void;
}

/** An empty stream. */
export const createEventStream = <Event>(): EventStream<Event> => {
  const all: Event[] = [];
  const listeners: ((event: Event) => void)[] = [];
  let quiet = false;
  return {
    all,
    isQuiet: () => quiet,
    quietly: (act) => {
      const before = quiet;
      quiet = true;
      try {
        act();
      } finally {
        quiet = before;
      }
    },
    onEvent: (listener) => void listeners.push(listener),
    keep: (event) => void all.push(event),
    publish: (event) => {
      all.push(event);
      for (const listener of listeners) listener(event);
    },
  };
};
