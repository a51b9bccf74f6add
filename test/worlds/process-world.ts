import { mkdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { judge, type Violation } from '../proof/laws/index.js';
import { ringTwice } from '../proof/matrix/ring-twice.js';
import { buildWorld, type ProofWorld } from '../proof/matrix/world.js';
import type { DatabaseProcess } from '../proof/processes/database.js';
import { chanceOf, type Chance } from './chance.js';

/** A day in 3 s. */
const scale = 28_800;
const restWithinMs = 120_000;
const quietMs = 1500;
const charges = '^POST /v1/(charges|objects/[^/]+/confirm)$';

/** How a world of OS processes ended. */
export interface ProcessWorldEnd {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly unfinished: readonly string[];
  readonly cases: number;
  readonly requests: number;
  readonly charged: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly trace: readonly string[];
}

interface Happening { readonly at: number; readonly what: string; readonly run: (world: ProofWorld) => Promise<void> }

const results = (chance: Chance): [string, ...string[]] => (chance.percent(60) ? ['processing_error', 'success'] : ['processing_error', 'processing_error', 'success']);

const calls = (chance: Chance, hubs: number): readonly Happening[] => Array.from({ length: chance.between(1, 3) }, (_, n) => {
  const body = { paymentMethodToken: `um_card${String(n)}`, amount: 1000 + n, currency: 'EUR', idempotencyKey: `order-${String(n)}`, originalDeclineCode: 'processing_error' };
  // a merchant repeats what was cut, at whichever hub is there
  const untilAnswered = async (world: ProofWorld, place: number) => {
    for (let tries = 0; tries < 20; tries += 1) {
      const status = await world.post((place + tries) % hubs, '/api/recovery/execute', body);
      if (status !== 'cut' && status < 500) return;
      await sleep(500);
    }
  };
  const twice = chance.percent(60);
  return {
    at: chance.between(0, 5000), what: `call ${String(n)}${twice ? ' to both hubs' : ''}`,
    run: async (world) => { await Promise.all((twice ? [0, 1] : [chance.between(0, hubs - 1)]).map((place) => untilAnswered(world, place))); },
  };
});

const bills = (chance: Chance): readonly Happening[] => Array.from({ length: chance.between(1, 2) }, (_, n) => ({
  at: chance.between(0, 5000), what: `invoice ${String(n)} is billed`,
  run: async ({ stripe }) => { await stripe?.bill({ label: `invoice ${String(n)}`, amount: 5000 + n, card: { results: results(chance) } }); },
}));

const falls = (chance: Chance, hubs: number, struck: (kind: string) => void, database: DatabaseProcess): readonly Happening[] => Array.from({ length: chance.between(2, 5) }, (): Happening => {
  const at = chance.between(300, 9000);
  const place = chance.between(0, hubs - 1);
  const away = chance.between(0, 4000);
  const kind = chance.pick(['hub killed', 'hub killed', 'hub killed', 'hub stopped past its lease', 'hub stopped past its lease', 'database killed', 'gateway: reply lost', 'gateway: hangs', 'gateway: late', 'platform: reply lost', 'platform: down']);
  const run = async (world: ProofWorld): Promise<void> => {
    switch (kind) {
      case 'hub killed':
        await world.hubs.get(place)?.kill();
        await sleep(away);
        await world.startHub(place);
        break;
      case 'hub stopped past its lease':
        world.hubs.get(place)?.signal('SIGSTOP');
        await sleep(3200 + away);
        world.hubs.get(place)?.signal('SIGCONT');
        break;
      case 'database killed':
        await database.kill();
        await sleep(away / 2);
        await database.startAgain();
        break;
      case 'gateway: reply lost': await world.gateway?.inject({ match: charges, action: 'drop_reply_after_applying' }); break;
      case 'gateway: hangs': await world.gateway?.inject({ match: charges, action: 'hang_after_applying' }); break;
      case 'gateway: late': await world.gateway?.inject({ match: charges, action: { delayMs: 1 + Math.floor(away / 2) } }); break;
      case 'platform: reply lost': await world.stripe?.inject({ match: { path: '/pay$' }, action: 'drop_reply_after_applying', times: 1 }); break;
      case 'platform: down':
        await world.stripe?.inject({ match: { path: '.' }, action: 'error_without_error_key_503', times: 'always' });
        await sleep(away);
        await world.stripe?.clearFaults();
        break;
    }
  };
  return { at, what: kind, run: (world) => { struck(kind); return run(world); } };
});

const rest = async (world: ProofWorld, cases: number): Promise<readonly string[]> => {
  const until = performance.now() + restWithinMs;
  for (let quietSince: number | undefined; ;) {
    const left = await world.stored().then((stored) => [...(stored.cases.length < cases ? [`${String(stored.cases.length)} of ${String(cases)} cases`] : []), ...stored.underWay], (error: unknown) => [String(error)]);
    const now = performance.now();
    quietSince = left.length > 0 ? undefined : quietSince ?? now;
    if (quietSince !== undefined && now - quietSince >= quietMs) return [];
    if (now > until) return left;
    await sleep(200);
  }
};

/** Plays the world of a seed with hubs, database, fakes and receiver as processes of their own, on the database server `database`, which it may kill. */
export const playProcessWorld = async (seed: number, hands: { readonly database: DatabaseProcess; readonly directory: string }): Promise<ProcessWorldEnd> => {
  const from = performance.now();
  const chance = chanceOf(`process world ${String(seed)}`);
  const declared = chance.pick(['single_use_object', 'search_only']);
  const faults: Record<string, number> = {};
  const trace: string[] = [];
  const note = (line: string) => { trace.push(`${((performance.now() - from) / 1000).toFixed(2).padStart(8)} s  ${line}`); };
  mkdirSync(hands.directory, { recursive: true });
  const world = await buildWorld(
    { scale, stripe: 'connection', gateway: { declared, absentIsFinalAfterMs: 1_800_000, kept: { switch: declared } } },
    { name: `process_world_${String(seed)}`, ...hands },
  );
  try {
    const hubs = 2;
    await Promise.all([world.startHub(0), world.startHub(1)]);
    const bells = ringTwice(world.storage);
    const begun = [...calls(chance.stream('calls'), hubs), ...bills(chance.stream('bills'))];
    const happenings = [...begun, ...falls(chance.stream('falls'), hubs, (kind) => { faults[kind] = (faults[kind] ?? 0) + 1; }, hands.database)].sort((a, b) => a.at - b.at);
    // one fall at a time: two that meet at one process would be played by nobody
    let before: Promise<void> = Promise.resolve();
    const start = performance.now();
    const done = happenings.map(async (one) => {
      await sleep(Math.max(0, one.at - (performance.now() - start)));
      const play = async () => {
        note(one.what);
        await one.run(world).catch((error: unknown) => { note(`${one.what}: ${String(error)}`); });
      };
      if (begun.includes(one)) return play();
      before = before.then(play);
      return before;
    });
    await Promise.all(done);
    await Promise.all([world.gateway?.clearFaults(), world.stripe?.clearFaults()]);
    note('the faults are over');
    const unfinished = await rest(world, begun.length);
    await bells.stop();
    const evidence = await world.evidence();
    if (unfinished.length > 0) for (const one of evidence.cases) note(JSON.stringify({ ...one, method: undefined, tried: undefined }));
    return {
      seed, unfinished, faults, trace, violations: judge(evidence), cases: evidence.cases.length, requests: evidence.requests.length,
      charged: evidence.taken.filter(({ by }) => by === 'us').length, seconds: (performance.now() - from) / 1000,
    };
  } finally {
    await world.strike();
    rmSync(hands.directory, { recursive: true, force: true });
  }
};
