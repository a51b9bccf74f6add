/** What the comparison of two clocks came to. `skewMs` is positive where the database's clock is ahead of ours. */
export interface ClockVerdict { readonly state: 'agree' | 'apart' | 'wrong'; readonly skewMs: number }

/** Compares our clock with that of the database: leases are wall times that several processes read. */
export interface ClockWatch {
  /** Compares now, then each minute, and every few seconds while they are apart. Never rejects: where the database does not answer, the last verdict stands. */
  start(): Promise<void>;
  stop(): void;
  verdict(): ClockVerdict;
  /** Why nothing may be claimed and no charge begun; undefined: the clocks are near enough. */
  objection(): string | undefined;
}

const warnMs = 2000;
const stopMs = 10_000;
const everyMs = 60_000;
const everyWhileApartMs = 5000;

const judge = (skewMs: number): ClockVerdict['state'] => (Math.abs(skewMs) > stopMs ? 'wrong' : Math.abs(skewMs) > warnMs ? 'apart' : 'agree');

/** "3.1 s behind the database's", for a log line or an answer. */
export const describeSkew = ({ skewMs }: ClockVerdict): string =>
  `The clock of this process is ${(Math.abs(skewMs) / 1000).toFixed(1)} s ${skewMs > 0 ? 'behind' : 'ahead of'} the database's`;

/**
 * The database's clock is compared with the middle of the round trip. What half the round trip could explain is taken off, so that a slow answer is no skew.
 */
export const compareClocks = async (wallNow: () => Date, databaseNow: () => Promise<Date>): Promise<ClockVerdict> => {
  const asked = wallNow().getTime();
  const theirs = (await databaseNow()).getTime();
  const answered = wallNow().getTime();
  const offset = theirs - (asked + answered) / 2;
  const certain = Math.max(0, Math.abs(offset) - Math.abs(answered - asked) / 2);
  const skewMs = Math.round(offset < 0 ? -certain : certain) + 0;
  return { state: judge(skewMs), skewMs };
};

/** Watches the clock. `told` hears each change of the verdict's state, and the first one that is not `agree`. */
export const createClockWatch = (options: {
  readonly wallNow: () => Date; readonly databaseNow: () => Promise<Date>; readonly told: (verdict: ClockVerdict) => void;
  /** Milliseconds between two comparisons; 60 s, and 5 s while they are apart, when left out. */
  readonly every?: { readonly agreedMs: number; readonly apartMs: number };
}): ClockWatch => {
  const every = options.every ?? { agreedMs: everyMs, apartMs: everyWhileApartMs };
  let verdict: ClockVerdict = { state: 'agree', skewMs: 0 };
  let timer: NodeJS.Timeout | undefined;
  let ended: 'no' | 'yes' = 'no';

  const look = async (): Promise<void> => {
    try {
      const before = verdict.state;
      verdict = await compareClocks(options.wallNow, options.databaseNow);
      if (verdict.state !== before && ended === 'no') options.told(verdict);
    } catch {
      // a database that does not answer is not claimed from either, and others say so
    }
    if (ended === 'no') timer = setTimeout(() => { void look(); }, verdict.state === 'agree' ? every.agreedMs : every.apartMs).unref();
  };

  return {
    start: look,
    stop: () => {
      ended = 'yes';
      clearTimeout(timer);
    },
    verdict: () => verdict,
    objection: () => (verdict.state === 'wrong' ? `${describeSkew(verdict)}; nothing is claimed or charged until they agree. Set both clocks by NTP.` : undefined),
  };
};
