import type { Box, SwitchedOff } from './box.js';
import { createHands } from './hands.js';
import { happenings } from './happenings.js';
import { createLedgerStore } from './ledger-store.js';
import { createMachine } from './machine.js';
import { firstWorld } from './first-world.js';
import { timeTransitions } from './passing-time.js';
import { letterTransitions } from './letters.js';
import { orphanTransitions } from './requests.js';
import { canWait } from './standing-still.js';
import type { Transition, World } from './world.js';

/** All that may happen in a box, world by world. */
export interface Ways { readonly first: World; from(world: World): Promise<readonly Transition[]> }

export const waysOf = (box: Box, off?: SwitchedOff): Ways => {
  const machine = createMachine(box, off);
  const hands = createHands(box, off, machine, createLedgerStore(machine.tools.clock));
  return {
    first: firstWorld(box),
    from: async (world) => {
      const all: Transition[] = [...orphanTransitions(world, box), ...letterTransitions(world), ...timeTransitions(world, box), ...happenings(world, box, off)];
      const waiting: number[] = [];
      for (let index = 0; index < world.workers.length; index += 1) {
        if (canWait(world, index, off)) waiting.push(index);
        else all.push(...await hands.transitions(world, index));
      }
      // where nothing else can happen by itself, nobody waits
      if (!all.some(({ kind }) => kind === 'step')) for (const index of waiting) all.push(...await hands.transitions(world, index));
      return all;
    },
  };
};

/** The world at the end of a trace. */
export const replay = async (ways: Ways, trace: readonly string[]): Promise<World> => {
  let world = ways.first;
  for (const name of trace) {
    const taken = (await ways.from(world)).find((transition) => transition.name === name);
    if (!taken) throw new Error(`After what was played, "${name}" cannot happen`);
    world = await taken.to;
  }
  return world;
};
