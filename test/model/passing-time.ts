import type { Box } from './box.js';
import { laterInPause } from './long-pause.js';
import { epoch } from './machine.js';
import { openPast } from './requests.js';
import type { Transition, World } from './world.js';

const minute = 60_000;
const day = 24 * 60 * minute;
/** Nothing of a box waits longer; what is only watched is left alone. */
const horizon = epoch + 50 * day;

/** Moments at which something changes that is not done by anybody: a lease ends, a case is due, a request can arrive no more. */
const moments = (world: World): readonly number[] => [
  ...world.cases.flatMap((document) => [
    ...(document.nextAt ? [document.nextAt.getTime()] : []),
    ...(document.holder !== null && document.leaseUntil ? [document.leaseUntil.getTime()] : []),
  ]),
  ...[...world.orphans, ...world.letters].map(({ until }) => until),
  ...world.workers.flatMap((worker) => (worker.at === 'hand' && worker.request ? [worker.request.until] : [])),
];

/** The moment until which time may pass: requests arrive by theirs, and a process stands still no longer than the protocol can bear. */
const limit = (world: World, box: Box): number => Math.min(
  ...[...world.orphans, ...world.letters].map(({ until }) => until),
  ...world.workers.map((worker) => {
    switch (worker.at) {
      case 'idle': return Number.POSITIVE_INFINITY;
      case 'speaking': return world.now;
      case 'hand': {
        if (worker.pace === 'prompt') return world.now;
        if (worker.request) return worker.request.until;
        if (worker.phase !== 'sending' || worker.effect.do !== 'charge') return Number.POSITIVE_INFINITY;
        return openPast(worker.effect.attempt.sendBefore, worker.effect.attempt.startedAt, box) - 1;
      }
    }
  }),
);

/** Time passes to the next moment. Whoever is at work works at once: only one that stands still lets time pass. */
export const timeTransitions = (world: World, box: Box): readonly Transition[] => {
  if (isWaitedFor(world)) return [];
  const next = Math.min(...moments(world).filter((at) => at > world.now));
  const most = limit(world, box);
  if (next > most || next > horizon) return [];
  const later = laterInPause(world, most);
  if (later) {
    return [
      { name: `time passes: ${spoken(next - world.now)}, and charges are resumed`, kind: 'step', to: later.first },
      { name: `time passes: ${spoken(later.last.now - world.now)}, and charges stay paused`, kind: 'step', to: later.last },
    ];
  }
  return [{ name: `time passes: ${spoken(next - world.now)}`, kind: 'step', to: { ...world, now: next } }];
};

/** A due case is claimed at once while there is somebody to claim it. */
const isWaitedFor = (world: World): boolean => world.workers.some((worker) => worker.at === 'idle')
  && world.cases.some((document) => document.nextAt && document.nextAt.getTime() <= world.now && (document.holder === null || (document.leaseUntil?.getTime() ?? 0) <= world.now));

const spoken = (ms: number): string => (ms < minute ? `${String(ms / 1000)} s` : ms < 60 * minute ? `${String(ms / minute)} min` : `${String(Math.round((ms / minute / 60) * 100) / 100)} h`);
