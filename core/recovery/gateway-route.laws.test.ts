import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { CaseDocument } from '../cases/index.js';
import { startRecoveryBench, type RecoveryBench } from '../../test/support/recovery-bench.js';
import type { Reply, ScriptedMoney } from '../../test/support/scripted-money.js';

jest.setTimeout(300_000);

const runs = Number(process.env['LAW_RUNS'] ?? 20);
const absentIsFinalAfterMs = 300_000;
const oppositeAfterMs = 25_000 + absentIsFinalAfterMs;

type Place = Exclude<RecoveryBench['killAt'], undefined>;
type Happening =
  | { readonly do: 'step' | 'card' | 'cancel' | 'paid' | 'revoked' | 'hand_back' | 'pause' | 'resume' | 'reads_down' | 'reads_up' | 'dunning_down' | 'dunning_up' }
  | { readonly do: 'reply'; readonly reply: Reply }
  | { readonly do: 'take_over'; readonly how: ScriptedMoney['takeOver'] }
  | { readonly do: 'record'; readonly how: 'lost' | 'down' | 'error' }
  | { readonly do: 'kill'; readonly at: Place }
  | { readonly do: 'lose'; readonly name: string; readonly when: 'before' | 'after' };

const places: readonly Place[] = ['claimed', 'take-over intended', 'taken', 'reserved', 'attempt written', 'prepared', 'charge answered', 'outcome written', 'closed', 'recorded on the platform', 'settled', 'handed back'];
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 9, arbitrary: fc.constant<Happening>({ do: 'step' }) },
  { weight: 4, arbitrary: fc.constantFrom<Reply>('approve', 'lost_approved', 'lost_declined', 'lost_absent', 'pending', 'not_sent', { decline: 'generic_decline' }, { decline: 'stolen_card' }).map((reply): Happening => ({ do: 'reply', reply })) },
  { weight: 4, arbitrary: fc.constantFrom<Happening>(...(['card', 'cancel', 'paid', 'revoked', 'hand_back', 'pause', 'resume', 'reads_down', 'reads_up', 'dunning_down', 'dunning_up'] as const).map((one): Happening => ({ do: one }))) },
  { weight: 2, arbitrary: fc.constantFrom<ScriptedMoney['takeOver']>('taken', 'lost', 'down').map((how): Happening => ({ do: 'take_over', how })) },
  { weight: 2, arbitrary: fc.constantFrom<'lost' | 'down' | 'error'>('lost', 'down', 'error').map((how): Happening => ({ do: 'record', how })) },
  { weight: 3, arbitrary: fc.constantFrom(...places).map((at): Happening => ({ do: 'kill', at })) },
  { weight: 2, arbitrary: fc.record({ name: fc.constantFrom('intend', 'taken', 'intend-hand-back', 'handed-back', 'settling', 'settled', 'attempt', 'outcome', 'close', 'release'), when: fc.constantFrom<'before' | 'after'>('before', 'after') }).map((one): Happening => ({ do: 'lose', ...one })) },
);

/** What broke, while all of it happened to one case, and once it was brought to its end in peace. */
const live = async (bench: RecoveryBench, caseId: string, happenings: readonly Happening[]): Promise<readonly string[]> => {
  const broken: string[] = [];
  const { money } = bench;
  const closed = (document: CaseDocument) => !['queued', 'attempting', 'unknown'].includes(document.status);
  bench.onWritten = (name, document) => {
    const { takeOver, due } = document;
    if (takeOver && takeOver.state !== 'handed_back' && due.handBack === undefined) broken.push(`${takeOver.state} and no return owed after ${name}`);
  };
  money.onCharge = () => { if (money.retries === 'on') broken.push('charged while the platform retries by itself'); };
  let cards = 1;
  let told = 0;
  const tell = (event: Parameters<RecoveryBench['tell']>[1]) => { told += 1; return bench.tell(caseId, event, `told-${String(told)}`); };
  const step = async () => { if (await bench.step(caseId) === 'left_to_lease') broken.push('went in circles'); };

  for (const one of happenings) {
    const occurredAt = bench.clock.hubNow();
    switch (one.do) {
      case 'step': await step(); break;
      case 'reply': money.replies.push(one.reply); break;
      case 'take_over': money.takeOver = one.how; break;
      case 'record': money.records.push(one.how); break;
      case 'card':
        cards += 1;
        money.cards = { methodRef: `pm_${String(cards)}` };
        await tell({ type: 'payment_method_updated', occurredAt, subject: { customerRef: 'cus_1' } });
        break;
      case 'cancel': await tell({ type: 'cancel', by: 'merchant' }); break;
      case 'hand_back': await tell({ type: 'hand_back', by: 'operator' }); break;
      case 'paid':
        if (money.invoice.state !== 'open' || money.tried.length > 0) break;
        money.invoice.state = 'paid';
        money.invoice.other.push({ ref: 'pay_other', gatewayRefs: [], state: 'succeeded', amount: { minor: 4900, currency: 'USD' }, at: occurredAt });
        await tell({ type: 'invoice_paid', occurredAt, invoice: { ref: 'in_1' } });
        break;
      case 'revoked':
        bench.connection.state = 'disconnecting';
        await tell({ type: 'connection_revoked', occurredAt });
        break;
      case 'pause': bench.client.settings = { ...bench.client.settings, paused: true }; break;
      case 'resume': bench.client.settings = { ...bench.client.settings, paused: false }; break;
      case 'reads_down': money.reads = 'down'; break;
      case 'reads_up': money.reads = 'up'; break;
      case 'dunning_down': money.dunning = 'down'; break;
      case 'dunning_up': money.dunning = 'up'; break;
      case 'kill': bench.killAt = one.at; break;
      case 'lose': bench.loseWrite = { name: one.name, when: one.when }; break;
    }
  }

  money.replies.length = 0;
  money.records.length = 0;
  Object.assign(money, { reads: 'up', dunning: 'up', takeOver: 'taken' });
  Object.assign(bench, { killAt: undefined, loseWrite: undefined });
  bench.client.settings = { ...bench.client.settings, paused: false };
  for (const one of money.tried) if (one.result === 'pending') one.result = 'approved';
  for (let holds = 0; ; holds += 1) {
    await bench.cases.collection.updateOne({ _id: caseId }, { $set: { strikes: 0 } });
    const document = await bench.get(caseId);
    const { due } = document;
    const owes = due.settle !== undefined || due.handBack !== undefined || due.relay !== undefined || document.signals.length > 0;
    // a connection on its way out charges nothing, and its cases have heard of it
    if (closed(document) && !owes && document.attempts.every((attempt) => attempt.resolved)) break;
    if (holds > 250) { broken.push(`still ${document.status}, owing ${Object.keys(due).join()}`); break; }
    await step();
  }

  const end = await bench.get(caseId);
  for (const [index, call] of money.calls.dunning.entries()) {
    const before = money.calls.dunning[index - 1];
    if (before && before.way !== call.way && call.at.getTime() < before.sendBefore.getTime() + oppositeAfterMs) broken.push(`${call.way} while ${before.way} may be under way`);
  }
  if (end.takeOver && end.takeOver.state !== 'handed_back') broken.push(`${end.takeOver.state} at the end`);
  if (end.status === 'failed' && money.retries === 'off') broken.push('failed, and the platform does not try again');
  if (money.approved().length > 1) broken.push('charged twice');
  if (money.approved().length === 1 && end.status !== 'succeeded') broken.push(`approved, and ${end.status}`);
  if (money.approved().length === 1 && money.recorded.length !== 1) broken.push(`approved, and recorded ${String(money.recorded.length)} times`);
  if (money.approved().length === 1 && end.settlement?.state !== 'confirmed') broken.push(`approved, and ${String(end.settlement?.state)}`);
  return [...broken, ...money.faults];
};

describe('the laws of a debt charged at a gateway with the platform\'s retries held', () => {
  let bench: RecoveryBench;
  beforeAll(async () => { bench = await startRecoveryBench({ label: 'gateway_laws', route: 'gateway', protection: { kind: 'single_use_object', absentIsFinalAfterMs } }); });
  afterAll(async () => { await bench.stop(); });

  it('hold whatever happens, in whatever order: opposites never overlap, nothing is held without its return owed', async () => {
    const { collection } = bench.cases;
    await fc.assert(fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 22 }), fc.constantFrom('generic_decline', 'processing_error'), async (happenings, decline) => {
      await collection.deleteMany({});
      await collection.db.collection<{ _id: string }>('card_ledger').deleteMany({});
      bench.reset();
      bench.connection.state = 'active';
      expect(await live(bench, await bench.openCase(decline), happenings)).toEqual([]);
    }), { numRuns: runs, endOnFailure: false });
  });
});
