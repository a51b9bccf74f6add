import type { Box } from './box.js';
import { createCanonicalWriter, withoutFence, type TimeText } from './canonical-text.js';
import { epoch } from './machine.js';
import type { InHand, Request, Worker, World } from './world.js';

const minute = 60_000;
const hour = 60 * minute;

/** How far back a moment still counts, by the name of its field: the longest wait that anything counts from it. Elsewhere, past is past. */
const counts: Readonly<Record<string, number>> = { startedAt: 9 * 24 * hour, declinedAt: 25 * hour, createdAt: hour, sendBefore: 25 * hour, occurredAt: 25 * hour, since: 25 * hour };

/** No box goes on so long: what is due then is only watched. */
const far = epoch + 55 * 24 * hour;

const exact: TimeText = (field, at, now) => (at > far ? 'far' : String(Math.max(at - now, -(counts[field] ?? 1))));
const coarse: TimeText = (_, at, now) => (at > now ? exact('', at, now) : 'past');

/** Only until when a request may arrive counts, and whether it left too late. */
const flying = (request: Request, now: number): string => `${request.key}${request.late}${exact('until', request.until, now)}`;

/** Names worlds by what can still become of them. */
export interface Canonical { keyOf(world: World): string }

/**
 * Two worlds that can only go on alike have one name. Times are told from now. Names of holders, counts of fences and signals are only ever
 * compared for equality, and so it is told whether they are equal. `congruence.test.ts` holds this against the worlds themselves.
 */
export const createCanonical = (box: Box): Canonical => {
  const writer = createCanonicalWriter(exact);
  const staleWriter = createCanonicalWriter(coarse);

  const inHand = (worker: InHand, { cases, now, ledgers }: World): string => {
    const { hold: { document, knowledge }, effect } = worker;
    const stored = cases[worker.caseIndex];
    const request = worker.request ? flying(worker.request, now) : '';
    const common = `${String(worker.caseIndex)}${worker.phase}${worker.pace}${request}`;
    if (!stored || stored.fence !== document.fence || stored.holder !== document.holder) {
      // nothing it writes is stored any more: what counts is the effect before it, an answer it knows, and which attempts were its own
      const attempt = 'attempt' in effect ? effect.attempt : undefined;
      const open = Object.values(ledgers).some((ledger) => (Reflect.get(ledger, 'open') as { readonly sendBefore: Date } | null)?.sendBefore.getTime() === attempt?.sendBefore.getTime());
      const since = attempt && worker.phase === 'sending' && box.protection.kind !== 'single_use_object' ? exact('sendBefore', attempt.sendBefore.getTime(), now) : '';
      const reserving = effect.do === 'reserve' ? exact('sendBefore', effect.sendBefore.getTime(), now) : '';
      return `x${common}${reserving}${String(document.attempts.length)}${open ? 'o' : ''}${since}.${staleWriter.nameOf(effect, now)}.${staleWriter.nameOf(knowledge, now)}`;
    }
    const seen = stored.signalSeq === document.signalSeq ? 's' : 'b';
    const read = knowledge.readAt === undefined ? '' : knowledge.readAt === document.signalSeq ? 'r' : 'x';
    return `h${common}${seen}${read}${writer.nameOf(document, now)}.${writer.nameOf(knowledge, now)}.${knowledge.facts.standstill ?? ''}.${writer.nameOf(effect, now)}`;
  };
  const workerText = (worker: Worker, world: World): string => {
    switch (worker.at) {
      case 'idle': return '-';
      case 'speaking': return `s${String(worker.caseIndex)}${withoutFence(worker.id)}`;
      case 'hand': return inHand(worker, world);
    }
  };
  return {
    keyOf: (world) => {
      const { now, left } = world;
      const cases = world.cases.map((document) => `${writer.nameOf(document, now)}${document.holder === null ? 'f' : ''}${document.outbox.map((entry) => (world.accepted.includes(entry.id) ? 'a' : 'n')).join('')}`);
      const charges = world.charges.map((charge) => `${charge.key}${charge.state}${charge.code ?? ''}${String(charge.taken)}${charge.late}${box.protection.kind === 'key' ? exact('since', charge.since, now) : ''}`);
      return [
        cases.join(','), writer.nameOf(world.ledgers, now), charges.join(','), writer.nameOf(world.debts, now), world.orphans.map((one) => flying(one, now)).sort().join(','),
        world.workers.map((worker) => workerText(worker, world)).sort().join('/'), world.deliveries.map((one) => one.id).sort().join(','),
        world.accepted.length, world.finals, world.alerts[0], world.charging[0],
        left.crashes, left.expiries, left.signals, left.operators, left.declines, world.broken ?? '',
      ].join(' ');
    },
  };
};
