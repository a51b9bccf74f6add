import type { World } from './world.js';

/** A part of the world that one step may look at or change. */
export type Part = 'case' | 'debt' | 'card' | 'charging' | 'gateway';

/**
 * What the next steps of all workers may look at, of one case. What happens outside needs to happen only just before somebody looks: earlier
 * it would be the same to everybody. So each happening waits for a step that can tell the difference, and nothing is left out by it.
 */
export const accesses = (world: World, caseIndex: number): ReadonlySet<Part> => {
  const seen = new Set<Part>();
  const document = world.cases[caseIndex];
  if (!document) return seen;
  const ended = document.holder === null || (document.leaseUntil?.getTime() ?? 0) <= world.now;
  // a free case is woken by what it is told
  if (ended) seen.add('case');
  if (ended && document.nextAt && document.nextAt.getTime() <= world.now && world.workers.some((worker) => worker.at === 'idle')) seen.add('charging');
  if (world.orphans.some((request) => request.caseIndex === caseIndex)) seen.add('debt');
  for (const worker of world.workers) {
    if (worker.at === 'idle' || worker.caseIndex !== caseIndex) continue;
    if (worker.at === 'speaking') { seen.add('case'); continue; }
    switch (worker.effect.do) {
      case 'write':
      case 'release':
      case 'renew': seen.add('case'); break;
      case 'read_tokens': seen.add('card'); break;
      case 'read_invoice': seen.add('debt').add('gateway'); break;
      case 'check_permission': seen.add('charging'); break;
      case 'take_over': seen.add('charging').add('debt'); break;
      case 'hand_back':
      case 'record': seen.add('debt'); break;
      case 'ask':
      case 'find_payment':
      case 'charge': seen.add('debt').add('gateway'); break;
      case 'prepare':
      case 'revoke': seen.add('gateway'); break;
      case 'relay':
      case 'reserve':
      case 'close_ledger':
      case 'stop_card':
      case 'refund':
      case 'know':
      case 'alert': break;
    }
  }
  return seen;
};
