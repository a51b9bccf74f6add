import type { CheckpointName } from '../../core/observability/index.js';
import type { Fault as StripeFault } from '../../connectors/stripe-billing/fake-platform.js';
import type { Fault as GatewayFault } from '../plugins/unprotected-gateway/fake/faults.js';
import type { ProtectionSwitch } from '../plugins/unprotected-gateway/fake/settings.js';
import type { Chance } from './chance.js';
import type { CommandFate } from './database-door.js';

/**
 * A fault of a world. `at …` and `for …` are wall ms; `nth` counts what could be struck from the start of the world.
 */
export type PlannedFault =
  | { readonly kind: 'die at a place' | 'stand still at a place'; readonly place: CheckpointName | 'any'; readonly nth: number; readonly forMs: number }
  | { readonly kind: 'database'; readonly fate: Exclude<CommandFate, 'pass'>; readonly collection: string; readonly nth: number; readonly forMs: number }
  | { readonly kind: 'database away'; readonly at: number; readonly forMs: number }
  | { readonly kind: 'gateway'; readonly at: number; readonly fault: GatewayFault }
  | { readonly kind: 'platform'; readonly at: number; readonly fault: StripeFault; readonly forMs: number }
  | { readonly kind: 'receiver'; readonly at: number; readonly how: 'down' | 'refusing' | 'silent' | 'loses its answer'; readonly forMs: number }
  | { readonly kind: 'die' | 'stand still'; readonly at: number; readonly forMs: number }
  | { readonly kind: 'stop and start'; readonly at: number; readonly forMs: number }
  | { readonly kind: 'pause all'; readonly at: number; readonly forMs: number }
  | { readonly kind: 'slow charges'; readonly at: number; readonly processingMs: number };

const places: readonly [CheckpointName, ...CheckpointName[]] = [
  'claimed', 'reserved', 'attempt written', 'prepared', 'charge answered', 'outcome written', 'closed', 'relayed', 'settled', 'handed back', 'released',
  'delivery stored', 'acknowledged', 'signalled',
];

const charges = '^POST /v1/(charges|objects/[^/]+/confirm)$';
const others = '^(POST /v1/objects(/[^/]+/cancel)?|GET /v1/charges)$';

const gatewayFault = (chance: Chance, terms: FaultTerms): GatewayFault => {
  const match = chance.percent(70) ? charges : others;
  const late = terms.scale === 1 ? chance.between(1000, 300_000) : chance.between(100, 2000);
  const action: GatewayFault['action'] = chance.pick([
    'drop_reply_after_applying', 'hang_after_applying', 'close_before_applying', 'hang', { status: 503 }, { status: 429 }, { status: 500, applied: 'before' }, { delayMs: late },
  ]);
  return { match, action, times: chance.pick([1, 1, 1, 2, 4]) };
};

const platformFault = (chance: Chance): StripeFault => {
  const path = chance.pick(['/pay$', '/pay$', '/pay$', '/invoices/[^/]+$', '/invoice_payments', '/payment_methods', '/events/', '.']);
  const action: StripeFault['action'] = chance.pick([
    'drop_reply_after_applying', 'hang_after_applying', 'close_before_applying', 'hang', 'rubbish_200', 'rubbish_200_after_applying',
    'error_without_error_key_503', 'error_without_error_key_503_after_applying', '429',
  ]);
  return { match: { path }, action, times: chance.pick([1, 1, 1, 2, 4, 'always']) };
};

/** What the choice of faults depends on. */
export interface FaultTerms {
  readonly scale: number;
  readonly leaseSeconds: number;
  readonly hubs: number;
  readonly calls: number;
  readonly bills: number;
  readonly protection: ProtectionSwitch;
}

const wallDays = (chance: Chance, terms: FaultTerms, days: number): number => Math.floor((chance.fraction() * days * 86_400_000) / terms.scale);

/** Past the lease by a little or a lot. */
const pastLease = (chance: Chance, terms: FaultTerms): number => Math.floor(terms.leaseSeconds * 1000 * (chance.percent(25) ? chance.fraction() : 1 + chance.fraction() * 3));

const one = (chance: Chance, terms: FaultTerms): PlannedFault => {
  const at = wallDays(chance, terms, 6);
  const forMs = pastLease(chance, terms);
  const kind = chance.pick([
    'die at a place', 'die at a place', 'die at a place', 'stand still at a place', 'stand still at a place', 'database', 'database', 'database', 'database away', 'gateway', 'gateway',
    'platform', 'platform', 'receiver', 'die', 'stand still', 'stop and start', 'pause all', 'slow charges',
  ]);
  switch (kind) {
    case 'die at a place':
    case 'stand still at a place': return { kind, place: chance.percent(20) ? 'any' : chance.pick(places), nth: chance.between(1, 6), forMs };
    case 'database': {
      const fate = chance.pick(['lose_answer', 'lose_answer', 'lose_command', 'stand_still', 'die_after', 'die_before']);
      return { kind, fate, collection: chance.pick(['cases', 'cases', 'cases', 'card_ledger', 'deliveries', 'notifications']), nth: chance.between(1, 25), forMs };
    }
    case 'database away': return { kind, at, forMs: Math.floor(forMs / 2) };
    case 'gateway': return { kind, at: terms.calls > 0 ? Math.floor(at / 2) : at, fault: gatewayFault(chance, terms) };
    case 'platform': return { kind, at, fault: platformFault(chance), forMs: chance.percent(50) ? wallDays(chance, terms, 1) : 60_000 };
    case 'receiver': return { kind, at, how: chance.pick(['down', 'refusing', 'silent', 'loses its answer']), forMs: wallDays(chance, terms, 2) };
    case 'die':
    case 'stand still':
    case 'stop and start': return { kind, at, forMs };
    case 'pause all': return { kind, at, forMs: wallDays(chance, terms, terms.scale === 1 ? 0.1 : 2) };
    case 'slow charges': return { kind, at: Math.floor(at / 4), processingMs: chance.between(1, Math.floor(terms.leaseSeconds * 1200)) };
  }
};

/** The faults of a world: none in some, several in most. */
export const planFaults = (chance: Chance, terms: FaultTerms): readonly PlannedFault[] =>
  Array.from({ length: chance.percent(5) ? 0 : chance.between(1, 7) }, (_, n) => one(chance.stream(`fault ${String(n)}`), terms));
