import { gatherReads, type Storage } from '../storage/index.js';

interface SwitchDocument { _id: 'charges'; v: 1; state: 'running' | 'paused'; since: Date; note: string }

/** The hub-wide stop of all charges. Stored, so that every process obeys it; intake, asking and notifications go on. */
export interface KillSwitch {
  /** Since when and why nothing may be charged, read now; undefined: charges run. */
  pausedSince(): Promise<{ readonly since: Date; readonly note: string } | undefined>;
  /** Paused already: keeps since when, and takes the newer note. Within a second of its return no process begins a charge: each reads the switch directly before one, and while it waits to be sent. */
  pause(note: string): Promise<void>;
  resume(): Promise<void>;
}

/** The kill switch of the hub on this database. `clock` is real time. */
export const createKillSwitch = (options: { readonly storage: Storage; readonly clock: { wallNow(): Date } }): KillSwitch => {
  const switches = options.storage.collection<SwitchDocument>('hub_switches');
  const set = async (state: SwitchDocument['state'], note: string, since = options.clock.wallNow()) => {
    await switches.updateOne({ _id: 'charges' }, { $set: { v: 1, state, since, note } }, { upsert: true });
  };
  // each charge asks for itself; those of one turn of the event loop share a reading
  const read = gatherReads<SwitchDocument, SwitchDocument>(async () => new Map((await switches.find({ _id: 'charges' }).toArray()).map((stored) => [stored._id, stored])), (stored) => stored);
  const pausedSince = async () => {
    const stored = await read('charges');
    return stored?.state === 'paused' ? { since: stored.since, note: stored.note } : undefined;
  };
  return {
    pausedSince,
    pause: async (note) => {
      const before = await pausedSince();
      await set('paused', note === '' ? before?.note ?? '' : note, before?.since);
    },
    resume: () => set('running', ''),
  };
};
