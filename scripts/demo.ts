import { setTimeout as sleep } from 'node:timers/promises';
import { expected } from './demo/expected.js';
import { judgeRow } from './demo/judge.js';
import { createObserver } from './demo/observe.js';
import { billRows, playWorld } from './demo/play.js';
import { setStage, Teardown, troubleIn } from './demo/stage.js';

const teardown = new Teardown();
process.on('SIGINT', () => void teardown.strike().then(() => process.exit(130)));
const t0 = Date.now();
const say = (line: string) => console.log(((Date.now() - t0) / 1000).toFixed(1).padStart(5), line);
const rows = (process.argv[2] ?? '1,9').split(',').map(Number);
try {
  const stage = await setStage(teardown, say);
  const billed = await billRows(stage, rows);
  say(`billed ${billed.length}`);
  const observer = createObserver(stage, billed);
  const over = new AbortController();
  const playing = playWorld(stage, billed, say, over.signal);
  let last = '';
  let killed = !process.argv.includes('--kill');
  let quietSince = 0;
  for (;;) {
    const all = await observer.look();
    const lines = all.map((o) => `${o.row}: ${o.status?.status} ${o.status?.nextAttemptAt?.toISOString()} ${o.status?.settlement.state} charges ${o.charges.map((c) => `${c.receivedAt.hub} ${c.result} ${c.ended}`).join(' ')} events ${o.deliveries.map((e) => e.event + (e.refused ? ' refused' : '')).join(' ')} inv ${o.debt?.invoiceStatus} ${o.debt?.autoAdvance}`);
    const text = lines.join('\n');
    if (text !== last) { say('\n' + text); last = text; }
    if (!killed && all.some((o) => o.charges.length > 0)) {
      killed = true;
      say(`KILL ${stage.hub().pid}`);
      await stage.hub().kill();
      await stage.restartHub();
      say('restarted');
    }
    const differences = expected.filter((e) => rows.includes(e.row)).flatMap((e) => judgeRow(e, all.find((o) => o.row === e.row)!, { lateMs: 14 * 3600000 }).map((d) => `row ${e.row}: ${d.what}: ${d.found}, expected ${d.expected}`));
    if (differences.length > 0) quietSince = Date.now();
    else if (Date.now() - quietSince > 2000) break;
    if (Date.now() - t0 > 60000) { say(differences.join('\n')); say((await troubleIn(stage, 'hub', 30)).join('\n')); process.exitCode = 1; break; }
    await sleep(200);
  }
  over.abort();
  await playing;
} finally {
  await teardown.strike();
}
