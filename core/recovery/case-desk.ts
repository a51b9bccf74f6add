import { ulid } from 'ulid';
import { viewCase, type CaseDocument, type Cases, type CaseStatus, type CaseView, type Command, type CommandAnswer, type PutOff } from '../cases/index.js';
import type { Filter } from '../storage/index.js';

const waitMs = 5000;
const pollMs = 100;
const ringMs = 1000;

type WithoutBy<C> = C extends Command ? Omit<C, 'by'> : never;
/** What an operator may ask of a case. */
export type OperatorCommand = WithoutBy<Command>;

/**
 * A case as operators list it. `parkedAt`: put aside since then (hub time), because processes ended with it in hand. `putOff`: it cannot be worked on now,
 * why, since when (hub time) and how often in a row; it is tried again by itself, at the latest after an hour.
 */
export type ListedCase = CaseView & { readonly parkedAt: Date | null; readonly putOff: PutOff | null };

/**
 * What became of a command. `waiting`: it is stored and will be acted on, but was not within 5 s: `held`, a process works on the case or must first let go
 * of it; `nobody`: no process took it up.
 */
export type CommandEnd =
  | { readonly status: 'answered'; readonly answer: CommandAnswer; readonly view: ListedCase }
  | { readonly status: 'waiting'; readonly for: 'held' | 'nobody'; readonly view: ListedCase }
  | { readonly status: 'unknown_case' };

/** What became of the cases of a connection that is given back. Ids of cases. */
export interface Released {
  readonly returned: readonly string[];
  /** Owed now, and tried until the platform takes it. */
  readonly owed: readonly string[];
  /** Not acted on within 5 s. */
  readonly waiting: readonly string[];
}

/** The cases as operators handle them: every wish is a signal, acted on by whoever holds the case. */
export interface CaseDesk {
  /** Newest first. */
  list(wanted: { readonly clientId?: string; readonly status?: CaseStatus; readonly parked?: 'only'; readonly limit: number }): Promise<ListedCase[]>;
  /** Stores the command, wakes the hub and waits up to 5 s for its answer, and for what follows from it. */
  ask(caseId: string, command: OperatorCommand): Promise<CommandEnd>;
  /** Returns to the platform whatever is taken over on a connection, as each case's own command. */
  release(connectionId: string, note: string | undefined): Promise<Released>;
}

/** What is read again and again of the cases that are waited for. */
type Waking = Pick<CaseDocument, '_id' | 'lane' | 'nextAt'> & { readonly signals: readonly { readonly id: string }[] };

const listed = (document: CaseDocument): ListedCase => ({ ...viewCase(document), parkedAt: document.parkedAt ?? null, putOff: document.putOff ?? null });

/** A desk over the cases. Waking is left to the scheduler these were made with. */
export const createCaseDesk = ({ cases, clock }: { readonly cases: Cases; readonly clock: { wallNow(): Date } }): CaseDesk => {
  const store = async (caseId: string, command: OperatorCommand): Promise<string | undefined> => {
    const id = `${command.type}#${ulid()}`;
    return (await cases.command(caseId, id, { ...command, by: 'operator' })) === 'signalled' ? id : undefined;
  };

  const seen = (document: CaseDocument, id: string): CommandEnd => {
    const answer = document.commands?.find((one) => one.id === id);
    if (answer) return { status: 'answered', answer, view: listed(document) };
    const held = document.holder !== null && document.leaseUntil !== undefined && document.leaseUntil > clock.wallNow();
    return { status: 'waiting', for: held ? 'held' : 'nobody', view: listed(document) };
  };

  /** Rings again each second: a bell that is ringing while another is asked for stays one. */
  const follow = async (caseId: string, id: string, until: number): Promise<CommandEnd> => {
    for (let rungAt = performance.now(); ;) {
      const document = await cases.find(caseId);
      if (!document) return { status: 'unknown_case' };
      const end = seen(document, id);
      // what the answer brings about, such as a charge, is told with it where it comes in time
      if ((end.status === 'answered' && document.holder === null) || performance.now() > until) return end;
      if (end.status === 'waiting' && performance.now() - rungAt > ringMs) {
        cases.wake(document);
        rungAt = performance.now();
      }
      await new Promise((resolve) => { setTimeout(resolve, pollMs); });
    }
  };

  return {
    list: async ({ clientId, status, parked, limit }) => {
      const filter: Filter<CaseDocument> = {
        ...(clientId === undefined ? {} : { clientId }), ...(status === undefined ? {} : { status }), ...(parked === undefined ? {} : { parkedAt: { $exists: true } }),
      };
      return (await cases.collection.find(filter).sort({ _id: -1 }).limit(limit).toArray()).map(listed);
    },
    ask: async (caseId, command) => {
      const id = await store(caseId, command);
      return id === undefined ? { status: 'unknown_case' } : follow(caseId, id, performance.now() + waitMs);
    },
    release: async (connectionId, note) => {
      const taken = await cases.collection.find({ connectionId, 'takeOver.state': { $in: ['intended', 'taken'] } }, { projection: { _id: 1 } }).toArray();
      const caseIds = taken.map((document) => document._id);
      const ids: string[] = [];
      for (const caseId of caseIds) ids.push(await store(caseId, { type: 'hand_back', ...(note === undefined ? {} : { note }) }) ?? '');
      const until = performance.now() + waitMs;
      for (let rungAt = performance.now(); ;) {
        const still = await cases.collection
          .find<Waking>({ _id: { $in: caseIds }, 'takeOver.state': { $in: ['intended', 'taken'] } }, { projection: { lane: 1, nextAt: 1, 'signals.id': 1 } }).toArray();
        if (still.length === 0 || performance.now() > until) return released(caseIds, still, ids);
        if (performance.now() - rungAt > ringMs) {
          for (const document of still) cases.wake(document);
          rungAt = performance.now();
        }
        await new Promise((resolve) => { setTimeout(resolve, pollMs); });
      }
    },
  };
};

const released = (caseIds: readonly string[], still: readonly Waking[], ids: readonly string[]): Released => {
  const waiting = new Set(still.filter((document) => document.signals.some((signal) => ids.includes(signal.id))).map((document) => document._id));
  const owed = new Set(still.filter((document) => !waiting.has(document._id)).map((document) => document._id));
  return { returned: caseIds.filter((caseId) => !waiting.has(caseId) && !owed.has(caseId)), owed: [...owed], waiting: [...waiting] };
};
