import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Billed } from '../../connectors/chargebee/fake-platform.js';
import type { CaseDocument } from '../../core/cases/index.js';
import { startChargebeeWorld, type ChargebeeWorld } from '../support/chargebee-world.js';

jest.setTimeout(120_000);

const kinds = ['payment_failed', 'payment_succeeded', 'invoice_updated'] as const;
type Kind = (typeof kinds)[number];

const orders: readonly (readonly Kind[])[] = kinds.flatMap((first) => kinds.filter((kind) => kind !== first)
  .map((second) => [first, second, ...kinds.filter((kind) => kind !== first && kind !== second)]));
const runs = orders.flatMap((order) => [1, 2].map((times) => ({ name: `${order.join(', ')}, ${times === 1 ? 'once each' : 'twice each'}`, order, times })));

/** What must be the same whatever came first. */
interface Ending { readonly status: string; readonly by: string | undefined; readonly charges: number; readonly refunds: number; readonly successes: readonly string[] }

/** Chargebee fails once more and is then paid by the customer; of these changes each delivery comes in its order, as often as said. */
const deliver = async (world: ChargebeeWorld, billed: Billed, { order, times }: (typeof runs)[number]): Promise<void> => {
  const { fake } = world;
  fake.world.dunNow({ invoice: billed.invoice, result: 'do_not_honor' });
  fake.world.payElsewhere({ invoice: billed.invoice });
  const about = fake.world.events().filter(({ content }) => Reflect.get(content['invoice'] ?? {}, 'id') === billed.invoice);
  for (const kind of order) {
    const event = about.findLast(({ event_type: type }) => type === kind);
    if (!event) throw new Error(`no ${kind} of ${billed.invoice}`);
    for (let time = 0; time < times; time += 1) {
      const [answered] = await fake.world.deliver({ event: event.id });
      expect(answered?.status).toBe(200);
    }
  }
};

const firstFailure = async (world: ChargebeeWorld, billed: Billed): Promise<void> => {
  const event = world.fake.world.events().find(({ event_type: type, content }) => type === 'payment_failed' && (content['invoice'] as { id?: string }).id === billed.invoice);
  if (!event) throw new Error(`no failure of ${billed.invoice}`);
  await world.fake.world.deliver({ event: event.id });
};

describe('failed, succeeded and updated in every order, once and twice', () => {
  let quiet: ChargebeeWorld;
  const endings = new Map<string, Promise<Ending>>();

  const ended = async (world: ChargebeeWorld, billed: Billed, holds: (document: CaseDocument) => boolean): Promise<Ending> => {
    const document = await world.until(billed, 'ended', holds, 100_000);
    const { debts } = await world.gateway.ledger();
    const charged = debts.filter(({ debtId }) => 'method' in billed && debtId.startsWith(`${String(billed.method)}/`));
    return {
      status: document.status, by: document.ended?.recoveredBy, charges: charged.flatMap(({ successes }) => successes).length,
      refunds: document.refunds.filter(({ state }) => state === 'refunded').length, successes: world.debtOf(billed).successes.map(({ by, amount }) => `${by} ${String(amount)}`),
    };
  };

  /** The case waits for its first step, days away. */
  const withoutCharge = async (run: (typeof runs)[number], at: number): Promise<Ending> => {
    const billed = quiet.bill(`quiet ${String(at)}`);
    await firstFailure(quiet, billed);
    await quiet.until(billed, 'open', (document) => document.status === 'queued');
    await deliver(quiet, billed, run);
    return ended(quiet, billed, (document) => document.status === 'succeeded' && document.holder === null);
  };

  // all at once, because each waits for hub days
  beforeAll(async () => {
    quiet = await startChargebeeWorld('chargebee_quiet', { webhooks: { held: true }, scale: 600 });
    for (const [at, run] of runs.entries()) {
      const ending = withoutCharge(run, at);
      ending.catch(() => undefined);
      endings.set(run.name, ending);
    }
  });
  afterAll(async () => { await quiet.stop(); });

  it.each(runs)('without a charge of ours in flight: $name', async ({ name }) => {
    expect(await endings.get(name)).toEqual({ status: 'succeeded', by: 'external', charges: 0, refunds: 0, successes: ['customer 4900'] });
  });
});
