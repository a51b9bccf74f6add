import { z } from 'zod';
import type { FakeParts } from './fake-parts.js';
import type { Fault, FaultKinds, Struck } from './faults.js';
import type { Delivery } from './webhook-sender.js';
import type { WorldControl } from './world-control.js';

/** The part of a world that is the same on every platform. */
export interface OrdinaryWorld<Switches extends object, Own extends string> {
  /** Turns what is uncertain of the platform. @throws Error naming a switch that there is not. */
  setSwitches(switches: Partial<Switches>): void;
  /** How long a request that moves money is under way before it is applied, wall milliseconds. */
  setProcessingMs(order: { readonly ms: number }): void;
  inject(fault: Fault<Own>): { readonly faultId: string };
  /** Disarms one fault, or all. */
  clearFaults(order?: { readonly faultId?: string | undefined }): void;
  deliveries(): readonly Delivery[];
  faultsStruck(): readonly Struck[];
}

/** What the ordinary commands work on. */
export interface OrdinaryParts<Switches extends object, Own extends string> extends FakeParts<Switches, Own> {
  readonly sender: { deliveries(): readonly Delivery[] };
}

/** The orders of the commands of an {@link OrdinaryWorld}, for its control. */
export const ordinaryOrders = <Own extends string>(faultKinds: FaultKinds<Own>) => ({
  setSwitches: z.record(z.string(), z.unknown()),
  setProcessingMs: z.strictObject({ ms: z.int().min(0) }),
  inject: faultKinds.schema,
  clearFaults: z.strictObject({ faultId: z.string().optional() }),
}) as const;

/** The schema of a webhook endpoint's accidents, to be spread into that of its registration. */
export const accidents = {
  seed: z.int().default(1),
  duplicates: z.number().min(0).max(1).default(0),
  disorder: z.number().min(0).max(1).default(0),
} as const;

/** The ordinary part of a world. */
export const createOrdinaryWorld = <Switches extends object, Own extends string>(platform: OrdinaryParts<Switches, Own>): OrdinaryWorld<Switches, Own> => ({
  setSwitches: (change) => {
    const unknown = Object.keys(change).find((name) => !(name in platform.switches));
    if (unknown !== undefined) throw new Error(`switch: found '${unknown}', expected one of ${Object.keys(platform.switches).join(', ')}`);
    Object.assign(platform.switches, change);
  },
  setProcessingMs: ({ ms }) => {
    platform.processingMs = ms;
  },
  inject: (fault) => ({ faultId: platform.faults.inject(fault) }),
  clearFaults: (order) => platform.faults.clear(order?.faultId),
  deliveries: () => platform.sender.deliveries(),
  faultsStruck: () => platform.faults.struck(),
});

/** What the control tells of the ordinary part of a world. */
export const ordinaryReadings = <Switches extends object, Own extends string>(platform: OrdinaryParts<Switches, Own>): WorldControl['readings'] => ({
  deliveries: () => platform.sender.deliveries(),
  faults: () => platform.faults.struck(),
  switches: () => platform.switches,
  clock: () => ({ hubNow: platform.clock.hubNow(), scale: platform.clock.scale, origin: platform.clock.origin }),
});
