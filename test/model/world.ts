import type { CaseDocument, SignalEvent } from '../../core/cases/index.js';
import type { Effect, Hold } from '../../core/recovery/index.js';

/** How often the world may still do what is somebody's fault or wish. */
export interface Budget {
  /** Of workers, and of connections: an answer that never comes, the request still under way. */
  readonly crashes: number;
  /** A worker stands still past its lease and may wake at any later time. */
  readonly expiries: number;
  readonly signals: number;
  readonly operators: number;
  readonly declines: number;
}

/** A charge on its way, or on its way back: whoever waits for it holds it, else it is an orphan. */
export interface Request {
  readonly key: string;
  readonly caseIndex: number;
  readonly chargeRef: string | undefined;
  /** Wall ms: by then it has arrived or never will. */
  readonly until: number;
  /** It left after its `sendBefore`: its process stood still between the clock and the socket. */
  readonly late: 'no' | 'yes';
}

/** A case in a worker's hand, its next effect decided and not yet performed. */
export interface InHand {
  readonly at: 'hand';
  readonly caseIndex: number;
  readonly hold: Hold;
  readonly effect: Effect;
  /** When the effect was decided, from the hold as it was then. */
  readonly decidedAt: number;
  /** `sending`: past the comparison of the clock, before the socket. */
  readonly phase: 'ready' | 'sending' | 'waiting';
  readonly request?: Request;
  /** `slow`: time may pass and its lease may end while it goes on. */
  readonly pace: 'prompt' | 'slow';
}

/** Its hold is gone, and it has an approval to say. */
export interface Speaking { readonly at: 'speaking'; readonly caseIndex: number; readonly id: string; readonly event: SignalEvent }

export type Worker = { readonly at: 'idle' } | InHand | Speaking;

/** What the gateway or platform keeps under one key. */
export interface Charge {
  readonly key: string;
  readonly caseIndex: number;
  readonly state: 'prepared' | 'approved' | 'declined' | 'revoked';
  /** What it was declined with. */
  readonly code?: string;
  /** How often money was taken. */
  readonly taken: number;
  /** Wall ms of the first request under the key. */
  readonly since: number;
  readonly late: 'no' | 'yes';
  /** Less than asked was taken. */
  readonly part?: 'yes';
  /** Keys of the refunds made of it. */
  readonly returned?: readonly string[];
}

/** A debt as its platform knows it. */
export interface Debt {
  /** `nobody`, `other`, `voided`, or the key of the charge that did. At a mapped gateway: as the platform was told. */
  readonly paidBy: string;
  readonly card: 'old' | 'new';
  readonly retries: 'on' | 'stopped';
}

/** A call about an invoice on its way to its platform, whose answer nobody hears any more. */
export type Letter = { readonly caseIndex: number; /** Wall ms: by then it has arrived or never will. */ readonly until: number }
  & ({ readonly what: 'take_over' } | { readonly what: 'hand_back'; readonly retries: Debt['retries'] } | { readonly what: 'record'; readonly key: string });

/** A delivery acknowledged and not yet told to its case. */
export interface Delivery { readonly id: string; readonly caseIndex: number; readonly event: SignalEvent }

export interface World {
  /** Wall and hub ms: both clocks stand together. */
  readonly now: number;
  readonly cases: readonly CaseDocument[];
  readonly ledgers: Readonly<Record<string, object>>;
  readonly charges: readonly Charge[];
  readonly debts: readonly Debt[];
  readonly orphans: readonly Request[];
  readonly letters: readonly Letter[];
  readonly workers: readonly Worker[];
  readonly deliveries: readonly Delivery[];
  /** Ids of notification documents. */
  readonly accepted: readonly string[];
  /** `disconnected`: the connection is being given up; it never comes back. */
  readonly charging: 'allowed' | 'paused' | 'disconnected';
  readonly left: Budget;
  /** Final transitions so far, each owing one event. */
  readonly finals: number;
  /** People were told that something needs them. */
  readonly alerts: 'none' | 'raised';
  /** The law that broke, in one sentence. */
  readonly broken?: string;
}

/** One thing that may happen. `fault`: somebody's fault or wish; what is owed must come without it. */
export interface Transition { readonly name: string; readonly kind: 'step' | 'fault'; readonly to: World | Promise<World> }

export const idle: Worker = { at: 'idle' };

/** The world with one element of a list replaced. */
export const replaced = <T>(list: readonly T[], index: number, value: T): readonly T[] => list.map((one, at) => (at === index ? value : one));

export const breaking = (world: World, broken: string): World => (world.broken === undefined ? { ...world, broken } : world);

export const spend = (world: World, name: keyof Budget): World => ({ ...world, left: { ...world.left, [name]: world.left[name] - 1 } });
