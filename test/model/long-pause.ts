import type { CaseDocument } from '../../core/cases/index.js';
import { isGone } from './standing-still.js';
import { replaced, type World } from './world.js';

const minute = 60_000;
/** How often a case that may not charge looks whether it may: `long-pause.test.ts` holds it against the product. */
const pollMs = 10 * minute;
/** When an attempt that is made after the pause is asked about, from its beginning. */
const askedAfter = [30 * minute, 120 * minute, 24 * 60 * minute];

/** Between which of the asks of an attempt that began now another moment would fall. */
const classOf = (distance: number): number => askedAfter.filter((ms) => ms <= distance).length;

/** The case waits for nothing but the end of the pause; what it closed as absent it looks at again at given moments. */
const isPolling = (document: CaseDocument): boolean => {
  const { due, nextAt } = document;
  return document.holder === null && document.status === 'queued' && document.outbox.length === 0 && document.signals.length === 0 && document.attempts.every(({ resolved }) => resolved)
    && due.step !== undefined && due.settle === undefined && due.handBack === undefined && due.refund === undefined && due.relay === undefined && nextAt?.getTime() === due.step.getTime();
};

const isQuiet = (world: World): boolean => world.charging === 'paused' && world.cases.length === 1 && world.orphans.length === 0 && world.letters.length === 0
  && world.workers.some(({ at }) => at === 'idle') && world.workers.every((worker) => worker.at === 'idle' || (worker.at === 'hand' && worker.pace === 'slow' && !worker.request && isGone(world, worker)));

/**
 * A long pause, at one of its polls. Polls that fall between the same asks of what may be charged after the pause differ in nothing else until the next
 * other moment: of each such row of polls the first is where the pause may end, and the last where everything may happen. Undefined: time passes as ever.
 */
export const laterInPause = (world: World, limit: number): { readonly first: World; readonly last: World } | undefined => {
  const [document] = world.cases;
  if (!document || !isQuiet(world) || !isPolling(document)) return undefined;
  const poll = document.nextAt?.getTime() ?? 0;
  if (poll <= world.now || poll > limit) return undefined;
  const others = [limit, ...document.attempts.flatMap(({ watchAt }) => (watchAt ? [watchAt.getTime()] : []))].filter((at) => at > poll);
  const other = Math.min(...others);
  if (!Number.isFinite(other)) return undefined;
  let last = poll;
  while (last + pollMs < other && classOf(other - last - pollMs) === classOf(other - poll)) last += pollMs;
  if (last <= poll + pollMs) return undefined;
  const at = new Date(last);
  return {
    first: { ...world, now: poll, charging: 'allowed' },
    last: { ...world, now: last, cases: replaced(world.cases, 0, { ...document, due: { ...document.due, step: at }, nextAt: at }) },
  };
};
