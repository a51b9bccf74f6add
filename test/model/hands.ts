import { writes, type CaseDocument } from '../../core/cases/index.js';
import { afterWrite, beginHold, isDoneWhenLost, lastWords, learnFrom, learnt, type Hold } from '../../core/recovery/index.js';
import type { Box, SwitchedOff } from './box.js';
import { endingsOf } from './calls.js';
import { claimed, telling, written } from './case-store.js';
import type { LedgerStore } from './ledger-store.js';
import { leaseMs, type Machine } from './machine.js';
import { sent, waitingTransitions } from './requests.js';
import { isGone, learntInVain } from './standing-still.js';
import { breaking, idle, replaced, spend, type InHand, type Speaking, type Transition, type World } from './world.js';

type Keep = Pick<InHand, 'pace'>;

/** What workers do: the hub's loop over a case in hand, one transition for each effect. */
export interface Hands {
  transitions(world: World, index: number): Promise<readonly Transition[]>;
  /** A case in a worker's hand, decided up to its next effect. */
  take(world: World, index: number, caseIndex: number, hold: Hold, keep?: Keep): World;
}

export const createHands = (box: Box, off: SwitchedOff | undefined, machine: Machine, ledger: LedgerStore): Hands => {
  const take: Hands['take'] = (world, index, caseIndex, hold, keep = { pace: 'prompt' }) => {
    machine.at(world.now);
    const next = machine.decide(hold);
    if (next === 'circling') return breaking({ ...world, workers: replaced(world.workers, index, idle) }, 'liveness: a hold goes round and round');
    const worker: InHand = { at: 'hand', caseIndex, hold: next.hold, effect: next.effect, decidedAt: world.now, phase: 'ready', pace: keep.pace };
    if (writesInVain(world, worker)) return leave(world, index, worker);
    const inVain = learntInVain(world, worker, off);
    if (inVain) return take(world, index, caseIndex, learnt(worker.hold, inVain), keep);
    return { ...world, workers: replaced(world.workers, index, worker), ...(next.alerts === 'raised' ? { alerts: 'raised' as const } : {}) };
  };
  /** A write under a hold that is gone matches nothing, whenever it is made: it is taken for made as soon as it is decided. */
  const writesInVain = (world: World, worker: InHand): boolean => {
    const { effect, phase } = worker;
    if (phase !== 'ready' || !isGone(world, worker)) return false;
    if (effect.do === 'renew') return off?.write === undefined;
    return (effect.do === 'write' || effect.do === 'release') && 'fence' in (off?.write ? off.write(effect.write) : effect.write).filter;
  };

  /** A worker whose hold was just claimed away. */
  const bereft = (world: World, index: number, worker: InHand): World => {
    if (writesInVain(world, worker)) return leave(world, index, worker);
    const inVain = learntInVain(world, worker, off);
    return inVain ? learning(index)(world, worker, inVain) : world;
  };

  const learning = (index: number) => (world: World, worker: InHand, after: Partial<Hold['knowledge']>): World =>
    take(world, index, worker.caseIndex, learnt(worker.hold, after), { pace: worker.pace });

  const leave = (world: World, index: number, { caseIndex, hold }: InHand): World => {
    const words = off?.lastWords === 'none' ? undefined : lastWords(hold);
    const after: Speaking | typeof idle = words ? { at: 'speaking', caseIndex, ...words } : idle;
    return { ...world, workers: replaced(world.workers, index, after) };
  };

  const afterWriting = (world: World, index: number, worker: InHand): World => {
    const { effect, hold, caseIndex } = worker;
    if (effect.do !== 'write' && effect.do !== 'release') return world;
    const write = off?.write ? off.write(effect.write) : effect.write;
    const kept = (off?.attemptRow === 'not_written' && write.name === 'attempt') || (off?.chargeRef === 'not_written' && write.name === 'charge-ref');
    const done = kept ? withoutStoring(world, worker) : written(world, caseIndex, write, hold, off?.right);
    const told = effect.do === 'write' && effect.alert !== undefined && done.answer.status === 'written' ? { ...done.world, alerts: 'raised' as const } : done.world;
    const after = afterWrite(hold, effect, done.answer);
    switch (after.status) {
      case 'lost': return leave(told, index, worker);
      case 'released': return { ...told, workers: replaced(told.workers, index, idle) };
      case 'written':
      case 'again':
      case 'duplicate': return take(told, index, caseIndex, after.hold, worker);
    }
  };

  /** The rule that something is stored before it is acted upon is off: its writer only believes that it was. */
  const withoutStoring = (world: World, { hold, effect, caseIndex }: InHand): ReturnType<typeof written> => {
    if (effect.do !== 'write') return { world, answer: { status: 'duplicate' } };
    const imagined = written({ ...world, cases: replaced(world.cases, caseIndex, hold.document) }, caseIndex, effect.write, hold);
    return { world, answer: imagined.answer };
  };

  const renewed = (world: World, index: number, worker: InHand): World | undefined => {
    const leaseUntil = new Date(world.now + leaseMs);
    const plain = writes.renew(worker.hold.document, { leaseUntil, nextAt: leaseUntil });
    const done = written(world, worker.caseIndex, off?.write ? off.write(plain) : plain, undefined);
    return done.answer.status === 'written' ? done.world : undefined;
  };

  /** A worker that stood still wakes: its heartbeat renews the lease, or finds it taken, which ends the hold before its next step. */
  const beat = (world: World, index: number, worker: InHand): readonly Transition[] => {
    if (worker.pace === 'prompt') return [];
    const after = renewed(world, index, worker);
    if (!after) {
      return mayStop(world, worker) ? [{ name: `w${String(index)} hears that its hold is gone and stops`, kind: 'step', to: leave(world, index, worker) }] : [];
    }
    const document: CaseDocument = { ...worker.hold.document, leaseUntil: new Date(world.now + leaseMs) };
    return [{ name: `w${String(index)} wakes and renews`, kind: 'step', to: { ...after, workers: replaced(after.workers, index, { ...worker, pace: 'prompt', hold: { ...worker.hold, document } }) } }];
  };

  const mayStop = (world: World, worker: InHand): boolean => worker.pace === 'slow' && worker.phase === 'ready' && isGone(world, worker) && !isDoneWhenLost(worker.effect);

  const faults = (world: World, index: number, worker: InHand | Speaking): readonly Transition[] => {
    const happening: Transition[] = [];
    // where it may stop by itself, that it crashes is the same, and one crash less is left
    if (world.left.crashes > 0 && !(worker.at === 'hand' && mayStop(world, worker))) {
      const orphans = worker.at === 'hand' && worker.request ? [...world.orphans, worker.request] : world.orphans;
      const doing = worker.at === 'speaking' ? 'speaking' : worker.phase === 'ready' ? doingOf(worker) : worker.phase;
      happening.push({ name: `w${String(index)} CRASHES before ${doing}`, kind: 'fault', to: { ...spend(world, 'crashes'), orphans, workers: replaced(world.workers, index, idle) } });
    }
    if (world.left.expiries > 0 && worker.at === 'hand' && worker.pace === 'prompt' && mayStandStill(worker)) {
      happening.push({ name: `w${String(index)} STANDS STILL before ${worker.phase === 'ready' ? doingOf(worker) : worker.phase}`, kind: 'fault', to: { ...spend(world, 'expiries'), workers: replaced(world.workers, index, { ...worker, pace: 'slow' }) } });
    }
    return happening;
  };

  const steps = async (world: World, index: number, worker: InHand): Promise<readonly Transition[]> => {
    const { effect } = worker;
    const name = (what: string) => `w${String(index)} ${what}`;
    switch (effect.do) {
      case 'know':
      case 'alert': return [];
      case 'renew': {
        const after = renewed(world, index, worker);
        const document = after?.cases[worker.caseIndex];
        return [{ name: name('renews'), kind: 'step', to: after && document ? take(after, index, worker.caseIndex, { ...worker.hold, document }, { pace: 'prompt' }) : leave(world, index, worker) }];
      }
      case 'write':
      case 'release': return [{ name: name(`writes ${effect.write.name}`), kind: 'step', to: afterWriting(world, index, worker) }];
      case 'charge': {
        if (worker.phase === 'waiting') return waitingTransitions(world, index, worker, box, learning(index));
        const { attempt } = effect;
        if (worker.phase === 'sending') return [{ name: name(`sends ${attempt.key}`), kind: 'step', to: sent(world, index, worker, box) }];
        if (off?.sendBefore !== 'ignored' && world.now >= attempt.sendBefore.getTime()) {
          return [{ name: name(`may not send ${attempt.key} any more`), kind: 'step', to: learning(index)(world, worker, learnFrom.charge(effect, { status: 'not_sent', cause: 'too late' }, worker.hold.knowledge)) }];
        }
        // where nobody can stand still between the clock and the socket, there is nothing between them
        if (world.left.expiries === 0 && worker.pace === 'prompt') return [{ name: name(`sends ${attempt.key}`), kind: 'step', to: sent(world, index, worker, box) }];
        return [{ name: name(`finds that it may send ${attempt.key}`), kind: 'step', to: { ...world, workers: replaced(world.workers, index, { ...worker, phase: 'sending' }) } }];
      }
      case 'relay':
      case 'read_invoice':
      case 'read_tokens':
      case 'reserve':
      case 'check_permission':
      case 'prepare':
      case 'ask':
      case 'revoke':
      case 'close_ledger':
      case 'stop_card':
      case 'hand_back':
      case 'take_over':
      case 'record':
      case 'refund':
      case 'find_payment': {
        machine.at(world.now);
        const endings = await endingsOf(world, worker, effect, box, off, ledger);
        return endings.map((ending) => ({ name: name(ending.name), kind: ending.kind, to: learning(index)(ending.world, worker, ending.after) }));
      }
    }
  };

  return {
    take,
    transitions: async (world, index) => {
      const worker = world.workers[index];
      if (!worker) return [];
      switch (worker.at) {
        case 'idle': {
          // idle workers are alike: the first of them claims
          if (world.workers.findIndex((one) => one.at === 'idle') !== index) return [];
          machine.at(world.now);
          return world.cases.flatMap((_, caseIndex): readonly Transition[] => {
            const mine = claimed(world, caseIndex, machine.tools.clock, leaseMs);
            if (!mine) return [];
            const hold = beginHold(mine.document, machine.factsOf(mine.document, world.charging));
            const others = mine.world.workers.reduce((after, other, at) => (other.at === 'hand' ? bereft(after, at, other) : after), mine.world);
            return [{ name: `w${String(index)} claims ${mine.document._id}`, kind: 'step', to: take(others, index, caseIndex, hold) }];
          });
        }
        case 'speaking': {
          const said = written(world, worker.caseIndex, telling(world.cases[worker.caseIndex]?._id ?? '', worker.id, worker.event, world.now), undefined).world;
          return [{ name: `w${String(index)} leaves word of an approval`, kind: 'step', to: { ...said, workers: replaced(said.workers, index, idle) } }, ...faults(world, index, worker)];
        }
        case 'hand': {
          // one that stands still does so until its lease has ended at least: before, it would not have stood still
          if (worker.pace === 'slow' && (worker.hold.document.leaseUntil?.getTime() ?? 0) > world.now) return [];
          return [...await steps(world, index, worker), ...beat(world, index, worker), ...faults(world, index, worker)];
        }
      }
    },
  };
};

/**
 * Where standing still past a lease is more than a crash or a pause: before what others see, and before an answer is stored. A fenced
 * write finds the case claimed, and then it is as if the writer had died, or finds it as it was; a reading is only newer for it.
 */
const mayStandStill = ({ effect, phase }: InHand): boolean =>
  phase !== 'ready' || (effect.do === 'write' ? effect.write.name === 'outcome' : effect.do !== 'release' && effect.do !== 'renew' && effect.do !== 'read_invoice' && effect.do !== 'read_tokens');

const doingOf = ({ effect }: InHand): string => ('write' in effect ? `write ${effect.write.name}` : effect.do);
