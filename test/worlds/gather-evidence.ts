import type { StripeFake } from '../../connectors/stripe-billing/fake-platform.js';
import type { Clock } from '../../core/scheduling/index.js';
import type { Storage } from '../../core/storage/index.js';
import type { LedgerReport } from '../plugins/unprotected-gateway/fake/ledger.js';
import { evidenceOfGateway } from '../proof/evidence/from-gateway.js';
import { evidenceOfStripe } from '../proof/evidence/from-stripe.js';
import { readStripeRefunds } from '../proof/evidence/stripe-refunds.js';
import { readStored } from '../proof/evidence/stored.js';
import type { Evidence } from '../proof/laws/index.js';
import type { ReceiverLog } from './receiver-log.js';
import type { Scenario } from './scenario.js';
import type { Script } from './script-parts.js';

/** In the order they came: a fake numbers what comes to it. */
const inOrder = (requests: Evidence['requests']): Evidence['requests'] => {
  const number = (id: string) => Number(/\d+$/.exec(id)?.[0] ?? 0);
  return [...requests].sort((a, b) => a.begunAt.getTime() - b.begunAt.getTime() || (a.ledger === b.ledger ? number(a.requestId) - number(b.requestId) : 0));
};

/**
 * Nobody can read and charge in one moment: a request that meets a payment made by others since the last reading is refused by the platform, and was no
 * second try of ours.
 */
const withoutRaces = (requests: Evidence['requests'], taken: Evidence['taken'], leaseMs: number): Evidence['requests'] => requests.map((request) => {
  if (request.objection !== 'after_success') return request;
  const paid = taken.filter(({ ledger, debtId, at }) => ledger === request.ledger && debtId === request.debtId && at <= request.begunAt);
  const raced = paid.every(({ by, at }) => by !== 'us' && request.begunAt.getTime() - at.getTime() <= leaseMs);
  return raced ? { ...request, objection: null } : request;
});

/** Cases that were tried once more after they had failed for a technical reason, as they promise. */
const triedLater = async (storage: Storage): Promise<readonly string[]> =>
  (await storage.collection<{ _id: string; laterRetry?: { state: string } }>('cases').find({ laterRetry: { $exists: true } }, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id);

/** Deliveries that were not read before their connection was given up: nobody can read them any more. */
const orphaned = async (storage: Storage, { hazards }: Scenario): Promise<readonly string[]> => (hazards.disconnectAt === undefined ? []
  : (await storage.collection<{ _id: string; deliveryId: string; reason?: string }>('deliveries').find({ reason: 'disconnected' }).toArray()).map(({ deliveryId }) => deliveryId));

/** What a world has left behind, for the laws. */
export const gatherEvidence = async (world: {
  readonly storage: Storage; readonly clock: Clock; readonly gateway: LedgerReport; readonly stripe: StripeFake; readonly receiver: ReceiverLog;
  readonly scenario: Scenario; readonly script: Script; readonly replayed: readonly string[];
}): Promise<Evidence> => {
  const { scenario, script } = world;
  const gateway = evidenceOfGateway(world.gateway, scenario.protection);
  const stripe = evidenceOfStripe(world.stripe.world.ledger(), await readStripeRefunds(world.stripe), (hub) => world.clock.wallAt(hub));
  const { underWay: _, ...stored } = await readStored(world.storage);
  const leaseMs = scenario.leaseSeconds * 1000;
  const taken = [...gateway.taken, ...stripe.taken];
  const reopened: Record<string, number> = { ...await script.reopened() };
  for (const caseId of await triedLater(world.storage)) reopened[caseId] = (reopened[caseId] ?? 0) + 1;
  return {
    ...stored,
    requests: withoutRaces(inOrder([...gateway.requests, ...stripe.requests]), taken, leaseMs),
    taken,
    returned: [...gateway.returned, ...stripe.returned],
    invoices: stripe.invoices.map((invoice) => (script.endedByCustomer().has(invoice.ref) ? { ...invoice, autoAdvance: null } : invoice)),
    acknowledged: world.stripe.world.deliveries().filter(({ status }) => status !== null && status >= 200 && status < 300).map(({ eventId }) => ({ deliveryId: eventId })),
    received: world.receiver.received,
    world: {
      leaseMs, absentIsFinalAfterMs: scenario.absentIsFinalAfterMs, poison: [...script.unreadable(), ...await orphaned(world.storage, scenario)], replayed: world.replayed, unwanted: [], reopened,
    },
  };
};
