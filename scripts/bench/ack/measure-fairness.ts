import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { BenchDatabase } from '../bench-database.js';
import { runRounds } from '../rounds.js';
import { quantile } from '../statistics.js';
import { renderSpread, type Verdict } from '../verdict.js';
import { startWorker } from '../worker.js';
import type { AckSizes } from './sizes.js';

const tell = (line: string) => { console.log(line); };
const perSecond = 100;
const patienceMs = 30_000;
const times = z.record(z.string(), z.number());

/** How late events reach healthy endpoints, with and without a dead one whose events wait beside theirs. */
export const measureFairness = async (database: BenchDatabase, sizes: AckSizes): Promise<Verdict> => {
  tell(`\n2  Events to 50 healthy endpoints, ${String(perSecond)} a second, alone and beside a dead endpoint with ${sizes.backlog.toLocaleString('en')} waiting events; p99 from the moment they were to be handed over until they arrive`);
  const receiver = startWorker(new URL('./receiver.js', import.meta.url));
  const hub = startWorker(new URL('./notify-worker.js', import.meta.url), { BENCH_URI: database.uri('bench_notify'), BENCH_RECEIVER: await receiver.ask('address', z.string()) });

  const round = async (backlog: number): Promise<number> => {
    await receiver.ask('arrivals', times);
    if (backlog > 0) await hub.ask('waiting', z.number(), { backlog });
    const scheduled = await hub.ask('round', times, { events: sizes.events, perSecond });
    const until = performance.now() + patienceMs;
    while (await receiver.ask('count', z.number()) < sizes.events) {
      if (performance.now() > until) throw new Error('Not all events of healthy endpoints arrived: this round is void');
      await wait(20);
    }
    const arrived = await receiver.ask('arrivals', times);
    await hub.ask('clear', z.string());
    // what the dead endpoint still holds shall not last into the next round
    while (await receiver.ask('hangUp', z.number()) > 0) await wait(100);
    return quantile(Object.entries(scheduled).map(([id, at]) => (arrived[id] ?? Number.NaN) - at), 0.99);
  };

  try {
    const measured = await runRounds([
      { name: 'alone', round: () => round(0) }, { name: 'beside', round: () => round(sizes.backlog) },
    ], { warmUp: sizes.warmUp, counted: sizes.rounds }, tell, ' ms');
    for (const [name, { spread }] of measured) tell(`  ${name.padEnd(6)} p99 ${renderSpread(spread, ' ms')}`);
    const alone = measured.get('alone')?.spread.median ?? Number.NaN;
    const beside = measured.get('beside')?.spread.median ?? Number.NaN;
    const most = Math.max(alone * 1.2, alone + 5);
    return {
      what: 'p99 of healthy endpoints beside a dead one', found: `${beside.toFixed(1)} ms, alone ${alone.toFixed(1)} ms`, goal: `at most ${most.toFixed(1)} ms`, met: beside <= most ? 'met' : 'missed',
    };
  } finally {
    await Promise.all([hub.stop(), receiver.stop()]);
  }
};
