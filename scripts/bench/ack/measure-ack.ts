import { z } from 'zod';
import type { BenchDatabase } from '../bench-database.js';
import { ratioOf, runRounds } from '../rounds.js';
import { quantile } from '../statistics.js';
import { judgeAtMost, judgeRatio, renderSpread, type Verdict } from '../verdict.js';
import { startWorker } from '../worker.js';
import type { AckSizes } from './sizes.js';
import { createSender, type Sender } from './send.js';
import { signWebhooks } from './sign-webhooks.js';
import { startWebHub } from './web-hub.js';

const tell = (line: string) => { console.log(line); };
const secret = 'whsec_benchmark';

/** Acknowledged webhooks of one hub in role `web` against the least that stores them as durably. */
export const measureAck = async (database: BenchDatabase, sizes: AckSizes): Promise<readonly Verdict[]> => {
  tell('\n1  Acknowledged webhooks of 1 KB: a hub in role web, and bare node:http with one driver insert, same database and write concern');
  const hub = await startWebHub(database.uri('bench_ack'), secret);
  const bare = startWorker(new URL('./bare-server.js', import.meta.url), { BENCH_URI: database.uri('bench_ack') });
  const toHub = createSender(hub.address);
  const toBare = createSender(await bare.ask('address', z.string()));
  let sent = 0;
  try {
    const made = (count: number) => signWebhooks(count, secret);
    const closed = (sender: Sender) => () => sender.closedLoop(made(sizes.requests));
    const rates = await runRounds([
      { name: 'hub', round: () => { sent += sizes.requests; return closed(toHub)(); } }, { name: 'bare', round: closed(toBare) },
    ], { warmUp: sizes.warmUp, counted: sizes.rounds }, tell, '/s');
    const ratio = ratioOf(rates.get('hub'), rates.get('bare'));
    for (const [name, { spread }] of rates) tell(`  ${name.padEnd(5)} ${renderSpread(spread, '/s')}`);
    tell(`  hub / bare ${renderSpread(ratio.spread, ' ×')}`);

    tell(`  open loop, ${String(sizes.perSecond)} a second at random moments, latency from the scheduled moment, p99 of each round:`);
    const late = (sender: Sender) => async () => quantile(await sender.openLoop(made(sizes.requests), sizes.perSecond), 0.99);
    const latencies = await runRounds([
      { name: 'hub', round: () => { sent += sizes.requests; return late(toHub)(); } }, { name: 'bare', round: late(toBare) },
    ], { warmUp: 1, counted: Math.min(sizes.rounds, 5) }, tell, ' ms');
    for (const [name, { spread }] of latencies) tell(`  ${name.padEnd(5)} p99 ${renderSpread(spread, ' ms')}`);
    const stored = await hub.stored();
    if (stored !== sent) throw new Error(`${String(sent)} webhooks were acknowledged and ${String(stored)} are stored: this run is void`);
    tell(`  all ${sent.toLocaleString('en')} acknowledged webhooks are stored`);
    return [
      judgeRatio('acknowledged webhooks against bare', ratio, 0.6),
      judgeAtMost(`p99 at ${String(sizes.perSecond)}/s`, latencies.get('hub')?.spread.median ?? Number.NaN, 10, ' ms'),
    ];
  } finally {
    await Promise.all([toHub.close(), toBare.close()]);
    await Promise.all([hub.stop(), bare.stop()]);
  }
};

