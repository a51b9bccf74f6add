import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CaseDocument } from '../../core/cases/index.js';
import { protections, startForeignGatewayWorld, type Billed, type ForeignGatewayWorld, type Protection } from '../support/foreign-gateway-world.js';
import { eventually } from '../support/hub-world.js';

jest.setTimeout(180_000);

const patience = 120_000;

/** When Stripe's own clock asks for further attempts: soon enough to be seen to be still. */
const everyNineDays = [9, 18, 27, 36, 45, 54];

const worlds: ForeignGatewayWorld[] = [];
const begin: typeof startForeignGatewayWorld = async (...args) => {
  const world = await startForeignGatewayWorld(...args);
  worlds.push(world);
  return world;
};

/** Nothing is owed any more, but for what is looked at again much later. */
const owesNothing = (document: CaseDocument): boolean => Object.keys(document.due).every((debt) => debt === 'watch' || debt === 'step') && document.outbox.length === 0;

const ended = (world: ForeignGatewayWorld, billed: Billed, what: string, holds: (document: CaseDocument) => boolean): Promise<CaseDocument> =>
  eventually(what, async () => {
    const document = await world.caseOf(billed);
    return document && holds(document) ? document : undefined;
  }, patience).catch(async (error: unknown) => {
    throw new Error(`${String(error)}\n${JSON.stringify(await world.caseOf(billed), null, 1).slice(0, 4000)}`);
  });

const platformDebt = (world: ForeignGatewayWorld, { invoice }: Billed) => world.stripe.world.ledger().debts.find(({ debtId }) => debtId === invoice);
const gatewayDebt = async (world: ForeignGatewayWorld, { debtId }: Billed) => (await world.gateway.ledger()).debts.find((debt) => debt.debtId === debtId);
/** What Stripe said of an invoice after its retries were switched off or on, that moment first. */
const saidSince = async (world: ForeignGatewayWorld, billed: Billed, autoAdvance: 'off' | 'on') => {
  const events = await world.platformEvents(billed);
  const switched = events.findIndex(({ type, data }) =>
    type === 'invoice.updated' && data.previous_attributes?.['auto_advance'] === (autoAdvance === 'off') && data.object['auto_advance'] === (autoAdvance === 'on'));
  return switched === -1 ? [] : events.slice(switched);
};
const askedIn = (events: Awaited<ReturnType<typeof saidSince>>): number => events.filter(({ type }) => type === 'invoice.payment_attempt_required').length;
const recordsOf = async (world: ForeignGatewayWorld, document: CaseDocument): Promise<number> => {
  const answer = await fetch(`${world.stripe.url}/v1/payment_records?limit=100`, { headers: { authorization: `Bearer ${world.stripe.apiKey}` } });
  const { data } = (await answer.json()) as { readonly data: readonly { readonly metadata: Record<string, string> }[] };
  return data.filter(({ metadata }) => metadata['recovery_hub_reference'] === `${document._id}-1`).length;
};

interface Story { readonly world: ForeignGatewayWorld; readonly waiting: Billed; readonly inFlight: Billed; readonly endedAt: number }
const ways = {
  'set to observe': async ({ clients, clientId }: ForeignGatewayWorld) => { await clients.setConnection(clientId, 'stripe-billing', { mode: 'observe' }); },
  disconnected: async ({ clients, connectionId }: ForeignGatewayWorld) => { await clients.beginDisconnect(connectionId); },
  'deauthorized at Stripe': ({ stripe }: ForeignGatewayWorld) => { stripe.world.deauthorize(); return Promise.resolve(); },
} as const;
type Way = keyof typeof ways;
const stories: Partial<Record<Way, Story>> = {};
const theStory = (way: Way): Story => {
  const story = stories[way];
  if (!story) throw new Error(`no world is ${way}`);
  return story;
};

/** Both are charged at the same hub hour: one declines and waits, the other one's answer takes three seconds; then the connection ends. */
const tell = async (way: Way): Promise<void> => {
  const world = await begin(`foreign_${way.replaceAll(' ', '_')}`, { maxRetries: 8 });
  await world.gateway.inject({ match: '^POST /v1/charges$', action: { delayMs: 3000 } });
  const waiting = await world.bill('waiting', { results: ['do_not_honor'], retries: everyNineDays });
  const inFlight = await world.bill('in flight', { protection: 'key' });
  await ended(world, waiting, 'declined once', (found) => found.status === 'queued' && found.attempts[0]?.outcome?.status === 'declined');
  await eventually('the other one in flight', async () => (await gatewayDebt(world, inFlight))?.requests[0], patience);
  await ways[way](world);
  stories[way] = { world, waiting, inFlight, endedAt: Date.now() };
};

const withoutRecords = async () => {
  const world = await begin('foreign_out_of_band');
  world.stripe.world.setSwitches({ paymentRecords: 'unknown_address' });
  return { world, one: await world.bill('out of band') };
};

let told: Promise<unknown> = Promise.resolve();
let outOfBand: ReturnType<typeof withoutRecords>;
// all worlds at once, because each waits for hub days
beforeAll(() => {
  told = Promise.all((Object.keys(ways) as Way[]).map(tell));
  outOfBand = withoutRecords();
  for (const begun of [told, outOfBand]) begun.catch(() => undefined);
});
afterAll(async () => { await Promise.all(worlds.map((world) => world.stop())); });

describe('a merchant who bills on Stripe and charges at another gateway', () => {
  let world: ForeignGatewayWorld;
  const billed: Partial<Record<string, Billed>> = {};
  const the = (name: string): Billed => {
    const found = billed[name];
    if (!found) throw new Error(`nothing was billed as ${name}`);
    return found;
  };
  beforeAll(async () => {
    world = await begin('foreign_gateway');
    // all at once, because each waits for hub days
    const bill = async (name: string, order: Parameters<ForeignGatewayWorld['bill']>[1] = {}) => { billed[name] = await world.bill(name, order); };
    for (const protection of protections) await bill(protection, { protection, retries: everyNineDays });
    await bill('lost record');
    await bill('paid twice');
    await bill('failed', { results: ['do_not_honor'], retries: everyNineDays });
    await bill('blocked', { results: ['suspected_fraud'], retries: everyNineDays });
    world.stripe.world.payElsewhereBeforeNext({ invoice: the('paid twice').invoice, call: 'attach_payment' });
    world.stripe.world.inject({ match: { method: 'POST', path: `/v1/invoices/${the('lost record').invoice}/attach_payment` }, action: 'drop_reply_after_applying' });
  });

  it.each<Protection>([...protections])('recovers it there, on an account that declares %s', async (protection) => {
    const one = the(protection);
    const document = await ended(world, one, 'recovered, recorded, let go', (found) => found.status === 'succeeded' && owesNothing(found));
    expect(document).toMatchObject({ settlement: { state: 'confirmed', route: 'gateway' }, takeOver: { state: 'handed_back' } });
    expect(platformDebt(world, one)).toMatchObject({ invoiceStatus: 'paid', requests: [], successes: [{ by: 'payment_record', amount: 4900 }] });
    const debt = await gatewayDebt(world, one);
    expect(debt).toMatchObject({ requests: [{ reference: `${document._id}-1` }], successes: [{ amount: 4900, currency: 'EUR' }] });
    expect(await recordsOf(world, document)).toBe(1);
    expect(world.events(document._id).map(({ event }) => event)).toEqual(['recovery.success']);
    // Stripe was still before the first charge, and asked for no attempt after it
    const stilled = await saidSince(world, one, 'off');
    expect(stilled[0]?.created).toBeLessThanOrEqual(Date.parse(debt?.requests[0]?.receivedAt.hub ?? '') / 1000);
    expect(askedIn(stilled)).toBe(0);
  });

  it('records one payment where the answer to the recording was lost', async () => {
    const one = the('lost record');
    const document = await ended(world, one, 'confirmed', (found) => found.settlement?.state === 'confirmed' && owesNothing(found));
    expect(world.stripe.world.faultsStruck()).toMatchObject([{ times: 1 }]);
    expect(await recordsOf(world, document)).toBe(1);
    expect(platformDebt(world, one)?.successes).toHaveLength(1);
    expect((await gatewayDebt(world, one))?.successes).toHaveLength(1);
  });

  it('gives its own payment back where the customer has paid meanwhile, once both are seen', async () => {
    const one = the('paid twice');
    const document = await ended(world, one, 'refunded', (found) => found.refunds.some(({ state }) => state === 'refunded') && owesNothing(found));
    expect(document).toMatchObject({
      status: 'succeeded', settlement: { state: 'refused', reason: 'already_paid_by_other' },
      refunds: [{ why: 'duplicate', evidence: { other: { ref: expect.stringMatching(/^ch_/), state: 'succeeded' } } }],
    });
    const { refunds } = await world.gateway.ledger();
    const taken = (await gatewayDebt(world, one))?.successes[0];
    expect(refunds.filter(({ chargeRef }) => chargeRef === taken?.chargeRef)).toMatchObject([{ amount: 4900 }]);
    expect(platformDebt(world, one)?.successes).toMatchObject([{ by: 'customer' }]);
  });

  it('lets Stripe go on after a failed case', async () => {
    const one = the('failed');
    const document = await ended(world, one, 'failed and handed back', (found) => found.status === 'failed' && found.takeOver?.state === 'handed_back');
    expect(platformDebt(world, one)).toMatchObject({ invoiceStatus: 'open', autoAdvance: true });
    expect(world.events(document._id).map(({ event }) => event)).toEqual(['recovery.failed']);
    await eventually('Stripe asks for another attempt', async () => (askedIn(await saidSince(world, one, 'on')) > 0 ? 'asked' : undefined), patience);
    const [held, free] = [await saidSince(world, one, 'off'), await saidSince(world, one, 'on')];
    expect(askedIn(held) - askedIn(free)).toBe(0);
  });

  it('stops Stripe for good after a blocked case', async () => {
    const one = the('blocked');
    await ended(world, one, 'blocked and stopped', (found) => found.status === 'blocked' && found.takeOver?.state === 'handed_back');
    expect(platformDebt(world, one)).toMatchObject({ invoiceStatus: 'open', autoAdvance: false });
    const stilled = await saidSince(world, one, 'off');
    expect([stilled.length > 0, askedIn(stilled)]).toEqual([true, 0]);
  });

  it('took no money twice anywhere', async () => {
    const { doubleCharges, secondTries } = await world.gateway.ledger();
    expect({ doubleCharges, secondTries }).toEqual({ doubleCharges: [], secondTries: [] });
    expect(world.stripe.world.ledger()).toMatchObject({ doubleCharges: [], secondTries: [] });
  });
});

describe('a connection that ends while one debt waits for its next try and another is being charged', () => {
  beforeAll(async () => { await told; });

  const chargedNoMore = async ({ world, waiting, inFlight, endedAt }: Story) => {
    const tries = (await gatewayDebt(world, waiting))?.requests ?? [];
    expect(tries.length).toBeGreaterThan(0);
    // one that had left is answered; nothing leaves afterwards
    expect(tries.filter(({ receivedAt }) => Date.parse(receivedAt.wall) > endedAt + 1000)).toEqual([]);
    expect(await gatewayDebt(world, inFlight)).toMatchObject({ requests: [{ result: 'succeeded' }], successes: [{ amount: 4900 }] });
  };

  it.each(['set to observe', 'disconnected'] as const)('gives the one back and records the other: %s', async (way) => {
    const story = theStory(way);
    const { world, waiting, inFlight } = story;
    const cancelled = await ended(world, waiting, 'cancelled and handed back', (found) => found.status === 'cancelled' && found.takeOver?.state === 'handed_back');
    expect(cancelled.ended?.reason).toBe('disconnected');
    expect(platformDebt(world, waiting)).toMatchObject({ invoiceStatus: 'open', autoAdvance: true });
    const document = await ended(world, inFlight, 'succeeded and recorded', (found) => found.status === 'succeeded' && found.settlement?.state === 'confirmed' && owesNothing(found));
    expect(platformDebt(world, inFlight)).toMatchObject({ invoiceStatus: 'paid', successes: [{ by: 'payment_record' }] });
    expect(await recordsOf(world, document)).toBe(1);
    await chargedNoMore(story);
  });

  it('is disconnected, without credentials, once nothing is owed', async () => {
    const { world } = theStory('disconnected');
    await eventually('disconnected', async () => ((await world.clients.connectionFresh(world.connectionId))?.state === 'disconnected' ? 'yes' : undefined), patience);
    expect(await world.clients.openConnection(world.connectionId)).toBeUndefined();
  });

  it('charges nothing more where Stripe lets us in no longer, and owes visibly what it cannot tell it', async () => {
    const story = theStory('deauthorized at Stripe');
    const { world, waiting, inFlight } = story;
    expect(await ended(world, waiting, 'cancelled', (found) => found.status === 'cancelled')).toMatchObject({ ended: { reason: 'disconnected' } });
    // a week of hub time later it is given up and left to an operator
    const owed = (found: CaseDocument) => found.settlement?.state === 'due' || found.settlement?.reason === 'gave_up';
    await ended(world, inFlight, 'succeeded, and its record tried', (found) => found.status === 'succeeded' && (found.settlement?.tries ?? 0) > 0 && owed(found));
    await ended(world, waiting, 'its return tried', (found) => (found.takeOver?.tries ?? 0) > 0 && found.due.handBack !== undefined);
    await chargedNoMore(story);
  });
});

describe('an account of Stripe that takes no payment records', () => {
  it('is told of the payment out of band, and shows it as ours', async () => {
    const { world, one } = await outOfBand;
    const document = await ended(world, one, 'confirmed', (found) => found.settlement?.state === 'confirmed' && owesNothing(found));
    expect(document).toMatchObject({ status: 'succeeded', settlement: { platformPaymentRef: one.invoice } });
    expect(platformDebt(world, one)).toMatchObject({ invoiceStatus: 'paid', successes: [{ by: 'out_of_band', amount: 4900 }] });
    expect((await gatewayDebt(world, one))?.successes).toHaveLength(1);
    expect(await recordsOf(world, document)).toBe(0);
  });
});
