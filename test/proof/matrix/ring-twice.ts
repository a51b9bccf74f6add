import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectId } from 'mongodb';
import type { Storage } from '../../../core/storage/index.js';

interface Job { readonly _id: ObjectId; readonly name: string; readonly lockedAt?: Date | null; readonly data?: { readonly copied?: true } }

const lookEveryMs = 40;

/**
 * Rings every bell twice: each job that Agenda has stored gets a twin with another id, so that two processes, or one process two times, answer it. Agenda
 * itself never does that while both locks hold; a job whose lock ran out is what it comes to.
 */
export const ringTwice = ({ database }: Pick<Storage, 'database'>): { stop(): Promise<void> } => {
  const jobs = database.collection<Job>('agendaJobs');
  const known = new Set<string>();
  const ringing = new AbortController();
  const run = async (): Promise<void> => {
    while (!ringing.signal.aborted) {
      try {
        const found = await jobs.find({ name: 'bell', 'data.copied': { $ne: true } }).toArray();
        const fresh = found.filter(({ _id }) => !known.has(_id.toHexString()));
        for (const { _id } of fresh) known.add(_id.toHexString());
        if (fresh.length > 0) await jobs.insertMany(fresh.map((job) => ({ ...job, _id: new ObjectId(), lockedAt: null, data: { ...job.data, copied: true } as const })));
      } catch { /* the database is away, or a twin was there already */ }
      await sleep(lookEveryMs);
    }
  };
  const done = run();
  return {
    stop: () => {
      ringing.abort();
      return done;
    },
  };
};
