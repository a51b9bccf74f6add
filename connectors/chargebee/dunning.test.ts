import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Ending } from '../../core/connector-kit/index.js';
import { billFailing, openBench, readInvoice, refOf, valueOf, writeTime, type Bench } from './chargebee.test-bench.js';
import type { Billed } from './fake-platform.js';

const WEEK = 7 * 86_400_000;
const failed: Ending = { outcome: 'failed', startDunning: true };
const blocked: Ending = { outcome: 'blocked', startDunning: false };

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const dunning = () => {
  const part = bench.connector.dunning;
  if (part.mode !== 'controllable') throw new Error('not controllable');
  return part;
};
const inAWeek = () => new Date(Date.now() + WEEK);
const takeOver = (billed: Billed, until = inAWeek()) => valueOf(dunning().takeOver(refOf(billed), until, writeTime()));
const handBack = (billed: Billed, ending: Ending = failed) => valueOf(dunning().handBack(refOf(billed), ending, writeTime()));
const writesOn = ({ invoice }: Billed) =>
  bench.fake.world.requests().flatMap(({ method, path }) => (method === 'POST' && path.includes(`/${invoice}/`) ? [path.split('/').at(-1)] : []));

describe('Chargebee\'s own retries', () => {
  it('are paused until the date, once, however often it is asked for', async () => {
    const billed = billFailing(bench, { dunning: [3, 5] });
    const until = inAWeek();
    expect(await takeOver(billed, until)).toEqual({ status: 'taken' });
    expect(await takeOver(billed, until)).toEqual({ status: 'taken' });
    expect(writesOn(billed)).toEqual(['pause_dunning']);
    expect((await readInvoice(bench, billed)).nextPlatformAttemptAt).toEqual(new Date(Math.floor(until.getTime() / 1000) * 1000));
  });

  it('are paused once where the answer was lost', async () => {
    const billed = billFailing(bench, { dunning: [3] });
    const until = inAWeek();
    bench.fake.world.inject({ match: { method: 'POST', invoice: billed.invoice, path: 'pause_dunning$' }, action: 'drop_reply_after_applying' });
    await expect(takeOver(billed, until)).rejects.toMatchObject({ reached: 'unknown' });
    expect(await takeOver(billed, until)).toEqual({ status: 'taken' });
    expect(writesOn(billed)).toEqual(['pause_dunning']);
  });

  it.each(['by_schedule', 'at_once'] as const)('go on after they are given back: %s', async (resumeRetries) => {
    bench.fake.world.setSwitches({ resumeRetries });
    const billed = billFailing(bench, { dunning: [3] });
    await takeOver(billed);
    expect(await handBack(billed)).toBe('handed_back');
    expect(await handBack(billed)).toBe('nothing_to_do');
    expect(writesOn(billed)).toEqual(['pause_dunning', 'resume_dunning']);
  });

  it('are left alone where the merchant paused them, and not resumed for him', async () => {
    const billed = billFailing(bench, { dunning: [3] });
    await takeOver(billed, new Date(Date.now() + 2 * WEEK));
    expect(await takeOver(billed)).toEqual({ status: 'not_possible', reason: expect.stringContaining('paused') });
  });

  it('are not there to take: auto collection off, stopped, paid, void, unknown', async () => {
    const off = billFailing(bench, { autoCollection: 'off' });
    const [stopped, paid, voided] = [billFailing(bench), billFailing(bench), billFailing(bench)];
    await handBack(stopped, blocked);
    bench.fake.world.payElsewhere({ invoice: paid.invoice });
    bench.fake.world.voidInvoice({ invoice: voided.invoice });
    for (const billed of [off, stopped, paid, voided, { ...off, invoice: 'INV-9999' }]) expect(await takeOver(billed)).toMatchObject({ status: 'not_possible' });
    for (const billed of [off, stopped, paid, voided, { ...off, invoice: 'INV-9999' }]) expect(await handBack(billed, blocked)).toBe('nothing_to_do');
  });

  it('are stopped for good after a blocked case, taken or not', async () => {
    const [never, taken] = [billFailing(bench, { dunning: [3] }), billFailing(bench, { dunning: [3] })];
    await takeOver(taken);
    for (const billed of [never, taken]) {
      expect(await handBack(billed, blocked)).toBe('handed_back');
      expect(bench.fake.world.ledger().debts.find(({ debtId }) => debtId === billed.invoice)).toMatchObject({ dunningStatus: 'stopped', invoiceStatus: 'not_paid' });
      expect(await handBack(billed, blocked)).toBe('nothing_to_do');
    }
  });

  it('are stopped after a success that is not recorded: a pause would end in a second charge', async () => {
    const billed = billFailing(bench, { dunning: [3] });
    await takeOver(billed);
    expect(await handBack(billed, { outcome: 'succeeded', startDunning: false })).toBe('handed_back');
    expect(writesOn(billed)).toEqual(['pause_dunning', 'stop_dunning']);
    expect(await readInvoice(bench, billed)).not.toHaveProperty('nextPlatformAttemptAt');
  });

  it('need nothing where the invoice is paid by the time of the request', async () => {
    const [pausing, stopping] = [billFailing(bench, { dunning: [3] }), billFailing(bench, { dunning: [3] })];
    bench.fake.world.before({ invoice: pausing.invoice, call: 'pause_dunning', act: 'dunning_succeeds' });
    bench.fake.world.before({ invoice: stopping.invoice, call: 'stop_dunning', act: 'pay_elsewhere' });
    expect(await takeOver(pausing)).toEqual({ status: 'not_possible', reason: expect.stringContaining('paid') });
    expect(await handBack(stopping, blocked)).toBe('nothing_to_do');
  });

  it('are not touched by a connection that observes', async () => {
    const billed = billFailing(bench, { dunning: [3] });
    const observing = bench.connectorWith({ connectionMode: 'observe' }).dunning;
    if (observing.mode !== 'controllable') throw new Error('not controllable');
    expect(await observing.takeOver(refOf(billed), inAWeek(), writeTime())).toMatchObject({ ok: false, error: { reached: 'no' } });
    expect(writesOn(billed)).toEqual([]);
  });
});
