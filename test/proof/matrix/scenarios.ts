import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckpointName } from '../../../core/observability/index.js';
import type { MoneyRequest } from '../laws/index.js';
import type { ProofWorld, WorldPlan } from './world.js';

/** Where a fault may strike: a place of the hub, or the moment in which a fake has a charge and has not answered. */
export type FaultPoint = CheckpointName | 'charge sent';

/** What happens to the hub's world in a run, and how it must end. */
export interface Scenario {
  readonly name: string;
  readonly says: string;
  readonly plan: WorldPlan;
  /** The places it passes. */
  readonly points: readonly FaultPoint[];
  /** The final status of its case. */
  readonly ends: 'succeeded' | 'blocked' | 'failed';
  /** Lets it begin: an invoice fails, or a merchant calls. */
  readonly begin: (world: ProofWorld, places: readonly number[]) => Promise<void>;
  /** Makes the fake take the money and hold the answer back for ever, or for a while. */
  readonly holdCharge: (world: ProofWorld, how: 'for_ever' | number) => Promise<void>;
}

const minute = 60_000;
/** A day in 6 s: a machine that is busy may take half a minute to start a hub, and a charge is asked about for eight days. */
const fast = 14_400;
/** A day in 3 s, where a run waits for days. */
const faster = 28_800;
/** Ten minutes in 1 s: a key is younger than 23 h for as long as a run takes. */
const keyScale = 600;

const holdAtStripe = (path: string): Scenario['holdCharge'] => async ({ stripe }, how) => {
  if (how === 'for_ever') await stripe?.inject({ match: { path }, action: 'hang_after_applying', times: 1 });
  else await stripe?.setProcessingMs(how);
};

const holdAtGateway: Scenario['holdCharge'] = async ({ gateway }, how) => {
  const match = '^POST /v1/(charges|objects/[^/]+/confirm)$';
  await gateway?.inject({ match, action: how === 'for_ever' ? 'hang_after_applying' : { delayMs: how } });
};

const call = (token: string) => ({ paymentMethodToken: token, amount: 4900, currency: 'EUR', idempotencyKey: 'order-1', originalDeclineCode: 'processing_error' });

const aroundTheCharge: readonly FaultPoint[] = ['reserved', 'attempt written', 'prepared', 'charge sent', 'charge answered', 'outcome written'];
const wholeCall: readonly FaultPoint[] = [...aroundTheCharge.slice(0, 2), 'claimed', ...aroundTheCharge.slice(2), 'relayed', 'released'];

const callEveryMs = 1000;
const callsAtMost = 40;

/** Calls as a merchant does: again under the same key while nobody answers, or the hub says that it cannot now. */
const callUntilAnswered = async (world: ProofWorld, place: number, body: unknown): Promise<void> => {
  for (let n = 0; n < callsAtMost; n += 1) {
    const answer = await world.post(place, '/api/recovery/execute', body);
    if (answer !== 'cut' && answer < 500) return;
    await sleep(callEveryMs);
  }
};

const directAt = (declared: 'single_use_object' | 'key' | 'search_only', scale: number, points: readonly FaultPoint[]): Scenario => {
  const execute = (world: ProofWorld, place: number) => callUntilAnswered(world, place, call('um_card'));
  return {
    name: `direct, ${declared.replaceAll('_', ' ')}`,
    says: `a merchant calls to charge at a gateway that protects by ${declared.replaceAll('_', ' ')}`,
    plan: { scale, gateway: { declared, absentIsFinalAfterMs: 30 * minute, kept: { switch: declared } } },
    points,
    ends: 'succeeded',
    // the same call to every hub at once
    begin: async (world, places) => { for (const place of places) void execute(world, place); },
    holdCharge: holdAtGateway,
  };
};

const partial = (): Scenario => {
  const direct = directAt('single_use_object', faster, ['charge answered', 'outcome written', 'refunded', 'relayed', 'released']);
  return {
    ...direct,
    name: 'partial approval',
    says: 'a gateway approves a part: it is given back, and the whole is charged later',
    begin: async (world, places) => {
      await world.gateway?.method('um_card', [{ approve: 900 }, 'success']);
      await direct.begin(world, places);
    },
  };
};

const directAtStripe = (): Scenario => {
  let token = '';
  const execute = (world: ProofWorld, place: number) => callUntilAnswered(world, place, { ...call(token), currency: 'USD' });
  return {
    name: 'direct, Stripe',
    says: 'a merchant calls to charge a card kept at Stripe',
    plan: { scale: fast, stripe: 'gateway' },
    points: wholeCall,
    ends: 'succeeded',
    begin: async (world, places) => {
      const card = await world.stripe?.addCustomer({ card: { results: ['success'] } });
      token = `${card?.customer ?? ''}|${card?.paymentMethod ?? ''}`;
      for (const place of places) void execute(world, place);
    },
    holdCharge: holdAtStripe('/confirm$'),
  };
};

const billed = (results: readonly [string, ...string[]]): Scenario['begin'] => async ({ stripe }) => {
  await stripe?.bill({ label: 'proof', amount: 4900, card: { results: [...results] } });
};

/** Billed by Stripe, charged at the gateway that protects nothing: the token stands in the metadata of a custom payment method. */
const elsewhere = (more: Pick<Scenario, 'name' | 'says' | 'points' | 'ends'>, results: readonly [string, ...string[]]): Scenario => ({
  ...more,
  plan: {
    scale: fast, stripe: 'connection',
    gateway: { declared: 'single_use_object', absentIsFinalAfterMs: 30 * minute, kept: { switch: 'single_use_object' } },
    connection: ([accountId = '']) => ({ options: { gatewayMap: { elsewhere: accountId } } }),
  },
  begin: async ({ stripe, gateway }) => {
    await gateway?.method('um_card', results);
    await stripe?.billElsewhere({
      label: 'proof', amount: 4900,
      method: { metadata: { recovery_hub_gateway: 'unprotected', recovery_hub_method: 'um_card', recovery_hub_account: 'elsewhere' } },
      failureMetadata: { recovery_hub_decline_system: 'test', recovery_hub_decline_code: 'processing_error' },
    });
  },
  holdCharge: holdAtGateway,
});

const takingOver: readonly FaultPoint[] = ['take-over intended', 'taken'];

const arrival: readonly FaultPoint[] = ['delivery stored', 'acknowledged', 'signalled', 'claimed'];

/** All of them; each call answers new ones, as some remember what they made. */
export const scenarios = (): readonly Scenario[] => [
  {
    name: 'platform',
    says: 'an invoice fails at Stripe, and Stripe collects it when we ask',
    plan: { scale: fast, stripe: 'connection' },
    points: [...arrival, ...aroundTheCharge.filter((point) => point !== 'prepared'), 'relayed', 'settled', 'released'],
    ends: 'succeeded',
    begin: billed(['processing_error', 'success']),
    holdCharge: holdAtStripe('/pay$'),
  },
  {
    name: 'blocked',
    says: 'an invoice fails at Stripe for a reason that forbids every retry, also to Stripe',
    plan: { scale: fast, stripe: 'connection' },
    points: [...arrival, 'closed', 'relayed', 'handed back', 'released'],
    ends: 'blocked',
    begin: billed(['fraudulent']),
    holdCharge: holdAtStripe('/pay$'),
  },
  elsewhere({
    name: 'elsewhere',
    says: 'an invoice of Stripe fails at another gateway; it is taken over, charged there and recorded at Stripe',
    points: [...arrival, ...takingOver, ...aroundTheCharge, 'relayed', 'recorded on the platform', 'settled', 'handed back', 'released'],
    ends: 'succeeded',
  }, ['success']),
  elsewhere({
    name: 'elsewhere, declined',
    says: 'the same, and the gateway declines for good: the invoice is handed back to Stripe',
    points: [...takingOver, 'charge sent', 'charge answered', 'outcome written', 'closed', 'relayed', 'handed back', 'released'],
    ends: 'failed',
  }, ['expired_card']),
  directAt('single_use_object', fast, wholeCall),
  directAt('key', keyScale, aroundTheCharge),
  directAt('search_only', faster, aroundTheCharge),
  directAtStripe(),
  partial(),
];

/** A request that the fake holds: executed, or about to be, and not answered. */
export const isHeld = ({ decidedAt, result, replayed }: MoneyRequest, how: 'for_ever' | number): boolean =>
  !replayed && (how === 'for_ever' ? result !== null : decidedAt === null);
