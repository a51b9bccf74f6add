import { createMerchant } from './merchant.js';
import { planBills } from './plan-bills.js';
import { planFaultTimes } from './plan-fault-times.js';
import { sendUnreadable } from './send-unreadable.js';
import type { Deed, Script, ScriptParts, Subject } from './script-parts.js';

/** The deeds of a scenario, in hub time from the start on. */
export const planScript = (parts: ScriptParts): Script => {
  const { scenario, clock, time, trace, cases } = parts;
  const start = clock.hubNow().getTime();
  const deeds: Deed[] = [];
  const touched: Subject[] = [];
  const ended = new Set<string>();
  const unreadable: string[] = [];
  let underWay = 0;
  const add = (hubMs: number, what: string, run: Deed['run']) => { deeds.push({ at: clock.wallAt(new Date(start + hubMs)).getTime(), what, run }); };
  const caseOf = async (subject: Subject) => {
    if ('idempotencyKey' in subject) return cases.findOne({ idempotencyKey: subject.idempotencyKey });
    const ref = subject.invoice();
    return ref === undefined ? null : cases.findOne({ 'invoice.ref': ref });
  };
  const ask = async (subject: Subject, command: 'cancel' | 'retry' | 'resolve') => {
    const found = await caseOf(subject);
    if (!found) return;
    touched.push(subject);
    const order = command === 'resolve' ? await resolution(found._id, parts) : { type: command } as const;
    if (order) trace.note(`operator asks ${order.type} of ${found._id.slice(-6)}: ${(await parts.operators.ask(found._id, order)).status}`);
  };

  const merchant = createMerchant(parts);
  for (const call of scenario.calls) {
    const subject = { idempotencyKey: call.idempotencyKey };
    add(call.at, `call ${call.idempotencyKey}`, async () => { await Promise.all(Array.from({ length: call.times }, () => merchant.execute(call))); });
    for (const { at, what } of call.after) {
      add(at, `${what} ${call.idempotencyKey}`, async () => {
        switch (what) {
          case 'cancel':
            touched.push(subject);
            await merchant.cancel(call.idempotencyKey);
            break;
          case 'retry': await ask(subject, 'retry'); break;
          case 'resolve_failed':
          case 'resolve_succeeded': await ask(subject, 'resolve'); break;
        }
      });
    }
  }
  planBills(parts, { add, ask, touched, ended });
  const { hazards } = scenario;
  hazards.unreadable.forEach(({ at }, n) => {
    add(at, 'an unreadable body is posted', async () => {
      const taken = await sendUnreadable({ hubs: parts.hubs, trace, ...parts.webhook }, n);
      if (taken === undefined) return;
      unreadable.push(taken);
      trace.struck('unreadable body');
    });
  });
  if (hazards.disconnectAt !== undefined) add(hazards.disconnectAt, 'the connection is given up', async () => { trace.struck('disconnect'); await parts.disconnect(); });
  planFaultTimes(parts, deeds);
  deeds.sort((a, b) => a.at - b.at);

  return {
    next: () => deeds[0]?.at,
    runDue: () => {
      while (deeds[0] && deeds[0].at <= time.now()) {
        const deed = deeds.shift();
        if (!deed) return;
        trace.note(deed.what);
        underWay += 1;
        void Promise.resolve(deed.run()).catch((error: unknown) => { trace.note(`${deed.what}: ${String(error)}`); }).finally(() => { underWay -= 1; });
      }
    },
    underWay: () => underWay,
    reopened: async () => {
      const counts: Record<string, number> = {};
      for (const subject of touched) {
        const found = await caseOf(subject);
        if (found) counts[found._id] = (counts[found._id] ?? 0) + 1;
      }
      return counts;
    },
    resolve: async (caseId) => {
      const order = await resolution(caseId, parts);
      if (order) trace.note(`operator resolves ${caseId.slice(-6)}: ${(await parts.operators.ask(caseId, order)).status}`);
    },
    unreadable: () => unreadable,
    endedByCustomer: () => ended,
  };
};

/** What an operator who looks at the gateway says of a charge; nothing while the gateway itself does not know. */
const resolution = async (caseId: string, { gateway, stripe }: ScriptParts) => {
  const debts = [...(await gateway.ledger()).debts, ...stripe.world.ledger().debts];
  const ours = debts.flatMap((debt) => debt.requests.filter((request) => ('reference' in request ? request.reference : request.idempotencyKey ?? '').startsWith(caseId)));
  if (ours.some(({ result }) => result === null)) return undefined;
  const paid = debts.flatMap((debt) => debt.successes.map((success) => ('reference' in success
    ? { key: success.reference, ref: success.chargeRef } : { key: success.idempotencyKey ?? '', ref: success.charge ?? '' }))).find(({ key }) => key.startsWith(caseId));
  return paid ? { type: 'resolve', outcome: 'succeeded', gatewayRef: paid.ref } as const : { type: 'resolve', outcome: 'failed' } as const;
};
