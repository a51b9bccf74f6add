import type { FakeControl } from '../plugins/unprotected-gateway/fake-control.js';
import type { StripeFake } from '../../connectors/stripe-billing/fake-platform.js';
import type { PlannedFault } from './planned-faults.js';
import type { Trace } from './trace.js';

type OfFake = Extract<PlannedFault, { readonly kind: 'gateway' | 'platform' }>;

/** Injects faults into the fakes and counts how often each has struck, before it is cleared and forgotten. */
export interface FakeFaults {
  inject(fault: OfFake): Promise<void>;
  /** Ends one fault of the platform, or all of all fakes. */
  end(which: OfFake | 'all'): Promise<void>;
}

const nameOf = ({ kind, fault: { action } }: OfFake): string => {
  if (typeof action === 'string') return `${kind}: ${action.replaceAll('_', ' ')}`;
  return 'status' in action ? `${kind}: status ${String(action.status)}` : `${kind}: late`;
};

export const createFakeFaults = (parts: { readonly gateway: FakeControl; readonly stripe: StripeFake; readonly trace: Trace }): FakeFaults => {
  const { gateway, stripe: { world }, trace } = parts;
  const injected = { gateway: new Map<string, OfFake>(), platform: new Map<string, OfFake>() };
  const count = (known: Map<string, OfFake>, struck: readonly { readonly faultId: string; readonly times: number }[]) => {
    for (const { faultId, times } of struck) {
      const fault = known.get(faultId);
      if (fault) trace.counted(nameOf(fault), times);
      known.delete(faultId);
    }
  };
  return {
    inject: async (one) => {
      if (one.kind === 'gateway') injected.gateway.set(await gateway.inject(one.fault), one);
      else injected.platform.set(world.inject(one.fault).faultId, one);
    },
    end: async (which) => {
      if (which === 'all') {
        count(injected.platform, world.faultsStruck());
        world.clearFaults();
        count(injected.gateway, await gateway.faultsStruck());
        await gateway.clearFaults();
        return;
      }
      for (const [faultId, one] of injected.platform) {
        if (one !== which) continue;
        count(injected.platform, world.faultsStruck().filter((struck) => struck.faultId === faultId));
        world.clearFaults({ faultId });
      }
    },
  };
};
