import type { z } from 'zod';
import type { CallContext, Connection } from '../connector-kit/index.js';
import type { OpenAccount } from './account.js';
import type { CallResult, CallTime, OpenedAs } from './call-types.js';
import { guardedCall, type CallRules, type CallSpec, type GuardSettings } from './guarded-call.js';
import { nameOf, type Openable, type Sessions } from './sessions.js';
import type { ProvenDeliveries } from './webhook-use.js';
import type { WriteMemory } from './write-memory.js';

/** What guarded use of any account needs. */
export interface UseSettings extends GuardSettings {
  readonly sessions: Sessions;
  readonly proven: ProvenDeliveries;
  readonly writes: WriteMemory;
}

/** Runs one method of one account under the guard. */
export type Caller = <T>(
  spec: CallSpec,
  time: CallTime,
  body: (context: CallContext<unknown, unknown>) => T | Promise<T>,
  rules?: CallRules<T>,
) => Promise<CallResult<T>>;

/** Binds the guard to one account. */
export const callerOf =
  (plugin: Openable, connection: Connection<unknown>, openedAs: OpenedAs, settings: UseSettings): Caller => {
    const { sessions } = settings;
    let offline: OpenAccount | undefined;
    const openOffline = (): OpenAccount => (offline ??= sessions.offline(plugin, connection, openedAs));
    const openOnline = (): OpenAccount => sessions.of(plugin, connection, openedAs);
    return (spec, time, body, rules) =>
      guardedCall(nameOf(plugin), spec.kind === 'offline' ? openOffline : openOnline, spec, time, settings, body, rules);
  };

/** The method only looks. */
export const read = (method: string, shape: z.ZodType): CallSpec => ({ method, kind: 'read', shape });

/** The method may change something. */
export const write = (method: string, shape: z.ZodType): CallSpec => ({ method, kind: 'write', shape });
