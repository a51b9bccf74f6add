import type { CheckpointName } from '../../core/observability/index.js';
import type { CommandFate } from './database-door.js';
import type { PassingCommand } from './passing-command.js';
import type { Hazards } from './plan-hazards.js';
import type { PlannedFault } from './planned-faults.js';
import type { PlaceFate } from './simulated-hub.js';
import type { Trace } from './trace.js';

/** Deals out the faults that strike at a place or at a command, each once. */
export interface FaultDesk {
  atPlace(hub: string, place: CheckpointName, id: string): PlaceFate;
  atCommand(hub: string, command: PassingCommand): CommandFate;
  /** An operator has seen to the poison: it ends nobody any more. */
  cure(): void;
  /** The poison, once it has struck: the hub's own name of the delivery. */
  poison(): string | undefined;
  /** For how long the last fault that struck stands, wall ms. */
  lastForMs(): number;
}

const changing = new Set(['insert', 'update', 'delete', 'findAndModify', 'findandmodify']);

/** The desk of a world with these faults. */
export const createFaultDesk = (faults: readonly PlannedFault[], poison: Hazards['poison'], trace: Trace): FaultDesk => {
  const counts = new Map<string, number>();
  const used = new Set<PlannedFault>();
  let forMs = 0;
  let poisonId: string | undefined;
  let cured: 'no' | 'yes' = 'no';
  const count = (what: string): number => {
    const n = (counts.get(what) ?? 0) + 1;
    counts.set(what, n);
    return n;
  };
  return {
    atPlace: (hub, place, id) => {
      const here = count(`place ${place}`);
      const anywhere = count('place any');
      trace.note(`${hub} ${place} ${id.slice(-6)}`);
      if (poison && cured === 'no' && place === 'signalled') {
        if (poisonId === undefined && here >= poison.nth) poisonId = id;
        if (poisonId === id) {
          ({ forMs } = poison);
          trace.struck('poison', `${hub} dies of ${id.slice(-6)}`);
          return 'die';
        }
      }
      for (const fault of faults) {
        if (fault.kind !== 'die at a place' && fault.kind !== 'stand still at a place') continue;
        if (used.has(fault) || (fault.place === 'any' ? anywhere < fault.nth * 5 : fault.place !== place || here < fault.nth)) continue;
        used.add(fault);
        ({ forMs } = fault);
        trace.struck(fault.kind, `${hub} at "${place}" ${id.slice(-6)} for ${String(forMs)} ms`);
        return fault.kind === 'die at a place' ? 'die' : 'stand_still';
      }
      return 'pass';
    },
    atCommand: (hub, { name, collection }) => {
      if (!changing.has(name)) return 'pass';
      const here = count(`command ${collection}`);
      for (const fault of faults) {
        if (fault.kind !== 'database' || used.has(fault) || fault.collection !== collection || here < fault.nth) continue;
        used.add(fault);
        ({ forMs } = fault);
        trace.struck(`database: ${fault.fate.replaceAll('_', ' ')}`, `${hub} ${name} ${collection}`);
        return fault.fate;
      }
      return 'pass';
    },
    cure: () => { cured = 'yes'; },
    poison: () => poisonId,
    lastForMs: () => forMs,
  };
};
