import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { isLegal, type CaseDocument, type CaseStatus } from '../cases/index.js';
import type { RepeatProtection } from '../connector-kit/index.js';
import { invoicePaid, startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import type { Reply } from '../../test/support/scripted-money.js';
import { execute } from './execute.js';

jest.setTimeout(300_000);

const runs = Number(process.env['LAW_RUNS'] ?? 25);

type Happening =
  | { readonly do: 'step' | 'paid' | 'paid_during_read' | 'paid_during_charge' | 'void' | 'card' | 'cancel' | 'steal_at_charge' | 'reads_down' | 'reads_up' | 'pause' | 'resume' }
  | { readonly do: 'reply'; readonly reply: Reply }
  | { readonly do: 'kill'; readonly at: 'claimed' | 'reserved' | 'attempt written' | 'prepared' | 'charge answered' | 'outcome written' | 'closed' | 'relayed' }
  | { readonly do: 'lose'; readonly name: string; readonly when: 'before' | 'after' };

const replies: readonly Reply[] = [
  'approve', 'lost_approved', 'lost_declined', 'lost_absent', 'pending', 'not_sent', 'reply_unknown', { decline: 'generic_decline' }, { decline: 'processing_error' }, { decline: 'stolen_card' },
];
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Happening>({ do: 'step' }) },
  { weight: 5, arbitrary: fc.constantFrom(...replies).map((reply): Happening => ({ do: 'reply', reply })) },
  { weight: 4, arbitrary: fc.constantFrom<Happening>(...(['paid', 'paid_during_read', 'paid_during_charge', 'void', 'card', 'cancel', 'steal_at_charge', 'reads_down', 'reads_up', 'pause', 'resume'] as const).map((one): Happening => ({ do: one }))) },
  { weight: 2, arbitrary: fc.constantFrom('claimed', 'reserved', 'attempt written', 'prepared', 'charge answered', 'outcome written', 'closed', 'relayed').map((at): Happening => ({ do: 'kill', at: at as 'claimed' })) },
  { weight: 2, arbitrary: fc.record({ name: fc.constantFrom('attempt', 'outcome', 'close', 'release', 'relayed', 'ask', 'resend', 'charge-ref', 'prompt-retry', 'reopen'), when: fc.constantFrom('before', 'after') }).map((one): Happening => ({ do: 'lose', name: one.name, when: one.when === 'before' ? 'before' : 'after' })) },
);

const final: readonly CaseStatus[] = ['succeeded', 'failed', 'blocked'];

/** Lets it all happen to one case, brings it to its end in peace, and answers what broke a law. */
const live = async (bench: RecoveryBench, caseId: string, happenings: readonly Happening[]): Promise<readonly string[]> => {
  const broken: string[] = [];
  const { money } = bench;
  let last: CaseDocument = await bench.get(caseId);
  let ends = final.includes(last.status) ? 1 : 0;
  let toldPaid = 'no' as 'no' | 'yes';
  let cards = 1;
  const tellPaid = async () => {
    if (money.invoice.state !== 'open') return;
    money.invoice.state = 'paid';
    money.invoice.other.push({ ref: 'ch_other', gatewayRefs: [], state: 'succeeded', amount: { minor: 4900, currency: 'USD' }, at: bench.clock.hubNow() });
    toldPaid = 'yes';
    await bench.tell(caseId, invoicePaid(bench.clock.hubNow()));
  };
  bench.onWritten = (name, document) => {
    if (document._id !== caseId) return;
    if (document.status !== last.status) {
      const late = name === 'outcome' && document.status === 'succeeded';
      if (!isLegal(last.status, document.status) && !late) broken.push(`moved from ${last.status} to ${document.status} by ${name}`);
      if (final.includes(document.status)) ends += 1;
      if ((document.status === 'failed' || document.status === 'blocked') && toldPaid === 'yes') broken.push(`closed as ${document.status} after it was told paid`);
    }
    if (document.attempts.filter((attempt) => !attempt.resolved).length > 1) broken.push('two attempts open');
    last = document;
  };
  money.onCharge = async (key) => {
    const document = await bench.get(caseId);
    if (!document.attempts.some((attempt) => attempt.key === key)) broken.push(`charged without a row: ${key}`);
    if (document.status === 'cancelled' || document.status === 'failed') broken.push(`charged while ${document.status}`);
  };
  const step = async () => {
    const end = await bench.step(caseId);
    if (end === 'left_to_lease') broken.push('went in circles');
    return end;
  };

  for (const one of happenings) {
    switch (one.do) {
      case 'step': await step(); break;
      case 'reply': money.replies.push(one.reply); break;
      case 'paid': await tellPaid(); break;
      case 'paid_during_read': money.onRead = async () => { money.onRead = undefined; await tellPaid(); }; break;
      case 'paid_during_charge': money.onCharged = async () => { money.onCharged = undefined; await tellPaid(); }; break;
      case 'void':
        if (money.invoice.state !== 'open') break;
        money.invoice.state = 'voided';
        await bench.tell(caseId, { type: 'invoice_closed', occurredAt: bench.clock.hubNow(), invoice: { ref: 'in_1' }, reason: 'voided' });
        break;
      case 'card':
        cards += 1;
        money.cards = { methodRef: `pm_${cards}` };
        await bench.tell(caseId, { type: 'payment_method_updated', occurredAt: bench.clock.hubNow(), subject: { customerRef: 'cus_1' } });
        break;
      case 'cancel': await bench.tell(caseId, { type: 'cancel', by: 'merchant' }); break;
      case 'steal_at_charge': money.onCharged = async () => { money.onCharged = undefined; await bench.steal(caseId); }; break;
      case 'reads_down': money.reads = 'down'; break;
      case 'reads_up': money.reads = 'up'; break;
      case 'pause': bench.client.settings = { ...bench.client.settings, paused: true }; break;
      case 'resume': bench.client.settings = { ...bench.client.settings, paused: false }; break;
      case 'kill': bench.killAt = one.at; break;
      case 'lose': bench.loseWrite = { name: one.name, when: one.when }; break;
    }
  }

  money.replies.length = 0;
  money.reads = 'up';
  money.onRead = undefined;
  bench.killAt = undefined;
  bench.loseWrite = undefined;
  bench.client.settings = { ...bench.client.settings, paused: false };
  for (const one of money.tried) if (one.result === 'pending') one.result = 'approved';
  let holds = 0;
  for (; holds < 150; holds += 1) {
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { strikes: 0 } });
    const document = await bench.get(caseId);
    const closed = !['queued', 'attempting', 'unknown'].includes(document.status);
    if (closed && document.outbox.length === 0 && document.signals.length === 0 && document.attempts.every((attempt) => attempt.resolved)) break;
    if ((await step()) === 'idle') break;
  }
  const end = await bench.get(caseId);
  if (['queued', 'attempting', 'unknown'].includes(end.status)) broken.push(`still ${end.status} after ${holds} holds, next at ${String(end.nextAt)}`);
  if (end.signals.length > 0) broken.push(`never read: ${end.signals.map((signal) => signal.event.type).join()}`);
  if (money.approved().length > 1) broken.push('charged twice');
  if (money.approved().length === 1 && end.status !== 'succeeded') broken.push(`approved, and ${end.status}`);
  broken.push(...money.faults);
  const finalEvents = bench.events.filter((event) => event.event !== 'recovery.cancelled');
  if (finalEvents.length !== ends) broken.push(`${ends} ends and ${finalEvents.length} events`);
  return broken;
};

const worlds: readonly (readonly [string, RepeatProtection, 'platform' | 'gateway'])[] = [
  ['a platform that collects', { kind: 'single_use_object', absentIsFinalAfterMs: 300_000 }, 'platform'],
  ['a gateway with objects that succeed once', { kind: 'single_use_object', absentIsFinalAfterMs: 1000 }, 'gateway'],
  ['a gateway that remembers keys', { kind: 'key', keptForMs: 86_400_000, absentIsFinalAfterMs: 1000 }, 'gateway'],
  ['a gateway that can only be searched', { kind: 'search_only', absentIsFinalAfterMs: 1000 }, 'gateway'],
];

describe.each(worlds)('the laws of a case on %s', (name, protection, route) => {
  let bench: RecoveryBench;
  beforeAll(async () => { bench = await startRecoveryBench({ label: `laws ${name}`, protection }); });
  afterAll(async () => { await bench.stop(); });

  it('hold whatever happens, in whatever order', async () => {
    const { collection } = bench.cases;
    await fc.assert(fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 22 }), fc.constantFrom('generic_decline', 'insufficient_funds', 'processing_error', 'expired_card'), async (happenings, decline) => {
      await collection.deleteMany({});
      await collection.db.collection<{ _id: string }>('card_ledger').deleteMany({});
      bench.reset();
      bench.money.refusesPaid = 'no';
      const opened = route === 'platform' ? await bench.openCase(decline) : await (async () => {
        const first = happenings.find((one) => one.do === 'reply');
        if (first?.do === 'reply') bench.money.replies.push(first.reply);
        const result = await execute({ clientId: 'client-1', tokenText: 'pm_1', amount: { minor: 4900, currency: 'USD' } }, bench.ports);
        return result.status === 'opened' ? result.view.transactionId : '';
      })();
      const apt = route === 'platform' ? happenings : happenings.filter((one) => !['paid', 'paid_during_read', 'paid_during_charge', 'void', 'card'].includes(one.do));
      expect(await live(bench, opened, apt)).toEqual([]);
    }), { numRuns: runs, endOnFailure: false });
  });
});
