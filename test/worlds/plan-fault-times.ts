import type { PlannedFault } from './planned-faults.js';
import type { Deed, ScriptParts } from './script-parts.js';
import { createFakeFaults } from './struck-by-fakes.js';

const quietAfterMs = 1000;

/** Puts down the faults that come at a time, and the hour at which all of them are over. */
export const planFaultTimes = (parts: ScriptParts, deeds: Deed[]): void => {
  const { scenario, time, trace, hubs, gateway, stripe, receiver, killSwitch } = parts;
  const start = time.now();
  const fakes = createFakeFaults({ gateway, stripe, trace });
  let last = start;
  const add = (ms: number, what: string, run: Deed['run']) => {
    deeds.push({ at: start + ms, what, run });
    last = Math.max(last, start + ms);
  };

  const plan = (fault: PlannedFault) => {
    switch (fault.kind) {
      case 'die at a place':
      case 'stand still at a place':
      case 'database': break;
      case 'database away':
        add(fault.at, 'the database goes away', () => { trace.struck(fault.kind, `for ${String(fault.forMs)} ms`); hubs.shutDatabase(fault.forMs); });
        add(fault.at + fault.forMs, 'the database has been away', () => undefined);
        break;
      case 'gateway': add(fault.at, `gateway: ${JSON.stringify(fault.fault)}`, () => fakes.inject(fault)); break;
      case 'platform':
        add(fault.at, `platform: ${JSON.stringify(fault.fault)}`, () => fakes.inject(fault));
        add(fault.at + fault.forMs, 'platform: over', () => fakes.end(fault));
        break;
      case 'receiver':
        add(fault.at, `receiver: ${fault.how}`, () => { trace.struck(`receiver ${fault.how}`); receiver.fault = fault.how; });
        add(fault.at + fault.forMs, 'receiver: over', () => { receiver.fault = undefined; });
        break;
      case 'die':
      case 'stand still': add(fault.at, fault.kind, () => { hubs.strikeOne(fault.kind === 'die' ? 'die' : 'stand still', fault.forMs); }); break;
      case 'stop and start': add(fault.at, fault.kind, () => { hubs.stopOne(fault.forMs); }); break;
      case 'pause all':
        add(fault.at, 'all charges are paused', () => { trace.struck(fault.kind); return killSwitch.pause('a world'); });
        add(fault.at + fault.forMs, 'charges are resumed', () => killSwitch.resume());
        break;
      case 'slow charges': add(fault.at, 'charges take long', () => { trace.struck(fault.kind); stripe.world.setProcessingMs({ ms: fault.processingMs }); }); break;
    }
  };
  for (const fault of scenario.faults) plan(fault);
  const { clock } = scenario.hazards;
  if (clock) {
    add(clock.at, 'the clock of the database jumps', () => { trace.struck(`clock ${Math.abs(clock.skewMs) > 10_000 ? 'over 10 s' : 'over 2 s'} apart`); hubs.skewDatabase(clock.skewMs); });
    add(clock.at + clock.forMs, 'the clock of the database is right again', () => { hubs.skewDatabase(0); });
  }
  add(last - start + quietAfterMs, 'the faults are over', async () => {
    stripe.world.setProcessingMs({ ms: 0 });
    receiver.fault = undefined;
    await fakes.end('all');
    await killSwitch.resume();
  });
};
