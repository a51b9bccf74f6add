import { setTimeout as sleep } from 'node:timers/promises';
import { expected } from './expected.js';
import { happenings, shortTime } from './happenings.js';
import { openHubNotes } from './hub-notes.js';
import { judgeRow, judgeWhole, type JudgedRow, type Tolerance } from './judge.js';
import { killHub, type Kill } from './kill-hub.js';
import { planKills } from './kill-plan.js';
import { createObserver, type Observed, type Observer } from './observe.js';
import { exitCodes, type DemoOptions } from './options.js';
import { billRows, playWorld } from './play.js';
import { renderProgress, renderResult } from './render.js';
import type { Screen } from './screen.js';
import { hubTime, leaseSeconds, setStage, timeScale, troubleOf, type Stage } from './stage.js';
import { summarize } from './summary.js';
import type { Teardown } from './teardown.js';
import { whatToTry } from './what-to-try.js';

const lookEveryMs = 250;
/** So long nothing may change before it is over: a surprise would come within it. */
const quietMs = 2500;
const longestMs = 75_000;
/** A charge planned for 10:00 leaves the same day. */
const plainLateMs = 14 * 3_600_000;
/** With kills, a charge at the platform takes a moment, so that one can be met half way. */
const processingMs = 80;

interface Played { readonly rows: readonly JudgedRow[]; readonly kills: readonly Kill[]; readonly because: ReadonlyMap<number, string> }

/** Runs the demo and answers its exit code. What it started is left to `teardown`. */
export const runDemo = async (options: DemoOptions, screen: Screen, teardown: Teardown): Promise<number> => {
  const from = Date.now();
  const elapsed = (): string => `${((Date.now() - from) / 1000).toFixed(1).padStart(5)} s`;
  screen.say(screen.paint('bold', 'Recovery Hub: twelve failing invoices\n'));
  if (options.kill) screen.say(`The hub will be killed twice. Seed ${options.kill.seed} (repeat with: npm run demo -- --kill --seed ${options.kill.seed})\n`);
  const stage = await setStage(teardown, (line) => screen.say(`${screen.paint('dim', elapsed())}  ${line}`));
  const say = (line: string) => screen.say(`${screen.paint('dim', `${elapsed()}  ${shortTime(hubTime(stage))}`)}  ${line}`);
  const { rows, kills, because } = await play(stage, options, { screen, teardown, say, giveUpAt: from + longestMs });
  screen.settle();
  const whole = judgeWhole(rows);
  const asExpected = whole.length === 0 && rows.every(({ differences }) => differences.length === 0);
  screen.say(`\n${renderResult(rows, because, screen).join('\n')}\n`);
  screen.say(summarize({ rows, whole, kills, elapsed: elapsed().trim(), deliveries: await stage.stripe.deliveries(), screen }).join('\n'));
  if (!asExpected) screen.say(['', 'From the hub\'s log:', ...await troubleOf(stage, 20)].join('\n'));
  if (options.keep === 'keep') {
    screen.say(whatToTry(stage, rows).join('\n'));
    await new Promise<void>((resolve) => void teardown.add(async () => resolve()));
  }
  if (options.kill && (kills.length < 2 || kills.some(({ inHand }) => inHand.length === 0))) {
    screen.say(screen.paint('yellow', 'Void: a kill hit nothing.'));
    return exitCodes.void;
  }
  return asExpected ? exitCodes.asExpected : exitCodes.different;
};

interface Around { readonly screen: Screen; readonly teardown: Teardown; readonly say: (line: string) => void; readonly giveUpAt: number }

/** Bills, plays the world, kills where asked, and looks until every row is as expected and nothing changes any more, or time is up. */
const play = async (stage: Stage, { kill }: DemoOptions, { screen, teardown, say, giveUpAt }: Around): Promise<Played> => {
  const notes = await openHubNotes(stage);
  await teardown.add(() => notes.close());
  if (kill) await stage.stripe.setProcessingMs({ ms: processingMs });
  const billed = await billRows(stage, expected.map(({ row }) => row));
  say(`${billed.length} subscriptions billed; every first charge failed`);
  const over = new AbortController();
  await teardown.add(async () => over.abort());
  const kills: Kill[] = [];
  const observer = createObserver(stage, billed);
  const playing = playWorld({ stage, billed, isPlanned: (row) => observer.isPlanned(row), say, signal: over.signal });
  const killing = kill === undefined ? Promise.resolve() : killHub(planKills(kill.seed), { stage, notes, billed, say, signal: over.signal, killed: (one) => void kills.push(one) });
  const failed = Promise.all([playing, killing]).then(() => new Promise<never>(() => undefined));
  const judge = (seen: readonly Observed[]): readonly JudgedRow[] => judged(seen, (row) => toleranceOf(kills, row));
  try {
    await Promise.race([failed, stage.hubEnded, untilQuiet({ stage, observer, judge, screen, say, giveUpAt, busy: () => kill !== undefined && kills.length < 2 })]);
  } finally {
    over.abort();
    await Promise.allSettled([playing, killing]);
  }
  const because = new Map((await notes.read()).map((note) => [billed.find(({ invoice }) => invoice === note.invoice)?.row ?? 0, note.because ?? '']));
  return { rows: judge(await observer.lookAtAll()), kills, because };
};

interface Watching {
  readonly stage: Stage;
  readonly observer: Observer;
  readonly judge: (seen: readonly Observed[]) => readonly JudgedRow[];
  readonly screen: Screen;
  readonly say: (line: string) => void;
  readonly giveUpAt: number;
  /** Something is still to come. */
  readonly busy: () => boolean;
}

const untilQuiet = async ({ stage, observer, judge, screen, say, giveUpAt, busy }: Watching): Promise<void> => {
  let before = new Map<number, Observed>();
  let changedAt = Date.now();
  while (Date.now() < giveUpAt) {
    const seen = await observer.look();
    const rows = judge(seen);
    const done = rows.filter(({ differences }) => differences.length === 0).length;
    screen.draw(renderProgress(rows, screen, `${shortTime(hubTime(stage))}   ${done} of ${rows.length} as expected`));
    for (const now of seen) {
      const lines = happenings(before.get(now.row), now);
      for (const line of lines) say(`row ${String(now.row).padStart(2)}  ${line}`);
      if (lines.length > 0) changedAt = Date.now();
    }
    before = new Map(seen.map((one) => [one.row, one]));
    if (done < rows.length || busy()) changedAt = Math.max(changedAt, Date.now() - quietMs / 2);
    else if (Date.now() - changedAt >= quietMs) return;
    await sleep(lookEveryMs);
  }
};

const judged = (seen: readonly Observed[], tolerance: (row: number) => Tolerance): readonly JudgedRow[] =>
  expected.flatMap((row) => {
    const observed = seen.find((one) => one.row === row.row);
    return observed === undefined ? [] : [{ expected: row, observed, differences: judgeRow(row, observed, tolerance(row.row)) }];
  });

/** A killed hub is late by the time it was away and by a lease it had left behind. */
const toleranceOf = (kills: readonly Kill[], row: number): Tolerance => ({
  killsInHand: kills.filter(({ rows }) => rows.includes(row)).length,
  lateMs: plainLateMs + kills.reduce((sum, { downMs }) => sum + (downMs + leaseSeconds * 1000) * timeScale, 0),
});
