import type { CaseDocument } from '../../core/cases/index.js';
import type { Box } from './box.js';
import { createCanonicalWriter, type TimeText } from './canonical-text.js';
import { epoch } from './machine.js';
import type { Charge, Delivery, InHand, Request, Worker, World } from './world.js';

const minute = 60_000;
const hour = 60 * minute;

/** How far back a moment still counts, by the name of its field: the longest wait that anything counts from it. Elsewhere, past is past. */
const countsOf = (box: Box): Readonly<Record<string, number>> => ({
  startedAt: 9 * 24 * hour, declinedAt: 25 * hour, promptedAt: hour, createdAt: hour, since: 25 * hour, watchedSince: 15 * 24 * hour,
  // a day where nothing but a day of absence protects, else what an absence waits for
  sendBefore: (box.protection.kind === 'single_use_object' ? 0.5 : 24) * hour,
});

/** No box goes on so long: what is due then is only watched. */
const far = epoch + 55 * 24 * hour;

/** Names worlds by what can still become of them, but for what is left of their budget. */
export interface Canonical {
  keyOf(world: World): string;
  /**
   * Leave that the laws give a world, a bit for each: an alert was raised, a request left or took money too late. Of two worlds of one name that differ
   * in nothing else, the one with less leave breaks every law that the other breaks, and goes on alike.
   */
  leaveOf(world: World): number;
}

/** A card's ledger, as far as it is looked at here. */
interface Ledger { readonly open: { readonly attemptKey: string; readonly sendBefore: Date; readonly until: Date } | null; readonly tries: readonly { readonly key: string; readonly state: string }[] }

/**
 * Two worlds that can only go on alike have one name. Times are told from now. Names of holders, counts of fences and signals, ids of signals and
 * events are only ever compared for equality, and so it is told whether they are equal. `congruence.test.ts` holds this against the worlds themselves.
 */
export const createCanonical = (box: Box): Canonical => {
  const counts = countsOf(box);
  const exact: TimeText = (field, at, now) => (at > far ? 'far' : String(Math.max(at - now, -(counts[field] ?? 0))));
  const coarse: TimeText = (_, at, now) => (at > now ? exact('', at, now) : 'past');
  const writer = createCanonicalWriter(exact);
  const staleWriter = createCanonicalWriter(coarse);

  /** Only until when a request may arrive counts. */
  const flying = (request: Request, now: number): string => `${request.key}${exact('until', request.until, now)}`;

  /** A hold that is gone: nothing it writes is stored any more. What counts is the effect before its next write, and an approval it knows. */
  const stale = ({ hold: { document, knowledge }, effect, phase }: InHand, { now, ledgers }: World): string => {
    const attempt = 'attempt' in effect ? effect.attempt : document.attempts.find((one) => !one.resolved);
    const open = Object.values(ledgers).some((ledger) => isOpenFor(ledger, attempt?.sendBefore)) ? 'o' : '';
    const words = knowledge.outcome?.outcome.status === 'approved' ? writer.nameOf(knowledge.outcome.outcome, now) : '';
    const own = attempt ? `${attempt.key}${attempt.chargeRef === undefined ? '' : 'r'}${open}` : '';
    if (effect.do === 'close_ledger') return `${effect.do}${own}${effect.result}${words}`;
    if (effect.do === 'check_permission' || effect.do === 'prepare' || effect.do === 'charge') {
      const sendBefore = attempt?.sendBefore.getTime() ?? 0;
      return `${effect.do}${own}${phase === 'sending' && box.protection.kind !== 'single_use_object' ? exact('sendBefore', sendBefore, now) : coarse('', sendBefore, now)}${words}`;
    }
    if (effect.do === 'reserve') return `${effect.do}${String(effect.n)}${exact('sendBefore', effect.sendBefore.getTime(), now)}${effect.token?.sealed.cardKey ?? own}`;
    return `${effect.do}${String(document.attempts.length)}${own}.${staleWriter.nameOf(effect, now)}.${staleWriter.nameOf(knowledge, now)}`;
  };
  const inHand = (worker: InHand, world: World): string => {
    const { cases, now, ledgers } = world;
    const { hold: { document, knowledge }, effect } = worker;
    const stored = cases[worker.caseIndex];
    const request = worker.request ? flying(worker.request, now) : '';
    const common = `${String(worker.caseIndex)}${worker.phase}${worker.pace}${request}`;
    if (!stored || stored.fence !== document.fence || stored.holder !== document.holder) return `x${common}${stale(worker, world)}`;
    const seen = stored.signalSeq === document.signalSeq ? 's' : `b${writer.nameOf(document, now)}`;
    const read = knowledge.readAt === undefined ? '' : knowledge.readAt === document.signalSeq ? 'r' : 'x';
    const signals = document.signals.map(({ id }) => (knowledge.acted.includes(id) ? 'a' : knowledge.deferred.includes(id) ? 'd' : knowledge.outcome?.signalId === id ? 'o' : '-')).join('');
    const entries = document.outbox.map(({ id }) => (knowledge.relayed?.includes(id) === true ? 'r' : '-')).join('');
    const reserved = knowledge.reserved?.result === 'reserved' ? knowledge.reserved.sendBefore : undefined;
    const open = Object.values(ledgers).some((ledger) => isOpenFor(ledger, reserved)) ? 'o' : '';
    // its effect follows from what it knows, unless that is decided long since
    const decided = worker.decidedAt === now ? '' : writer.nameOf(effect, now);
    return `h${common}${seen}${read}${signals}.${entries}${open}${writer.nameOf(knowledge, now)}.${knowledge.facts.standstill ?? ''}.${effect.do}${decided}`;
  };
  const workerText = (worker: Worker, world: World): string => {
    switch (worker.at) {
      case 'idle': return '-';
      case 'speaking': return `s${String(worker.caseIndex)}${writer.nameOf(worker.event, world.now)}`;
      case 'hand': return inHand(worker, world);
    }
  };
  const caseText = (document: CaseDocument, { now, accepted, ledgers }: World): string => {
    const signals = document.signals.map(({ event }) => writer.nameOf(event, now)).join('+');
    const outbox = document.outbox.map(({ id, event }) => `${event}${accepted.includes(id) ? 'a' : 'n'}`).join('+');
    const open = document.attempts.some((attempt) => !attempt.resolved && Object.values(ledgers).some((ledger) => isOpenFor(ledger, attempt.sendBefore)));
    return `${writer.nameOf(document, now)}${document.holder === null ? 'f' : ''}${open ? 'o' : ''}${signals}.${outbox}`;
  };
  const ledgerText = (card: string, { open, tries }: Ledger, now: number, live: ReadonlySet<string>): string => {
    const shut = !open || (open.until.getTime() <= now && !live.has(open.attemptKey));
    return `${card}${shut ? '' : `${open.attemptKey}${exact('until', open.until.getTime(), now)}`}.${tries.map(({ key, state }) => (live.has(key) ? `${key}${state}` : '')).join('')}`;
  };
  const chargeText = (charge: Charge, now: number, live: ReadonlySet<string>): string => {
    const isOver = !live.has(charge.key);
    // asking about it says approved, declined or nothing
    const state = isOver && charge.state !== 'approved' && charge.state !== 'declined' ? '' : `${charge.state}${isOver ? '' : charge.code ?? ''}`;
    if (state === '' && charge.taken === 0) return '';
    return `${charge.key}${state}${String(charge.taken)}${charge.part ?? ''}${(charge.returned ?? []).join('+')}${!isOver && box.protection.kind === 'key' ? exact('since', charge.since, now) : ''}`;
  };
  const deliveryText = ({ id, event, caseIndex }: Delivery, world: World): string =>
    `${String(caseIndex)}${writer.nameOf(event, world.now)}${world.cases[caseIndex]?.applied.includes(id) === true ? 't' : ''}`;
  return {
    keyOf: (world) => {
      const { now, left } = world;
      const live = liveKeys(world);
      const charges = world.charges.map((charge) => chargeText(charge, now, live));
      return [
        world.cases.map((document) => caseText(document, world)).join(','), Object.entries(world.ledgers).map(([card, ledger]) => ledgerText(card, ledger as Ledger, now, live)).join(','),
        charges.join(','), writer.nameOf(world.debts, now), world.orphans.map((one) => flying(one, now)).sort().join(','),
        world.letters.map((one) => `${String(one.caseIndex)}${one.what}${one.what === 'hand_back' ? one.retries : ''}${exact('until', one.until, now)}`).sort().join(','),
        world.workers.map((worker) => workerText(worker, world)).sort().join('/'), world.deliveries.map((one) => deliveryText(one, world)).sort().join(','),
        world.charging[0],
        // a platform that collects tells of it for as long as signals are left: what happens by itself tells these worlds apart
        box.collects === 'platform' ? left.signals : '', world.broken ?? '',
      ].join(' ');
    },
    leaveOf: (world) => {
      const { now } = world;
      const requests = [
        ...world.orphans.map((one) => ({ name: `o${flying(one, now)}`, late: one.late })),
        ...world.workers.flatMap((worker) => (worker.at === 'hand' && worker.request ? [{ name: workerText(worker, world), late: worker.request.late }] : [])),
      ].sort((a, b) => (a.name === b.name ? (a.late < b.late ? -1 : 1) : a.name < b.name ? -1 : 1));
      let leave = world.alerts === 'raised' ? 1 : 0;
      for (const { late } of [...world.charges, ...requests]) leave = leave * 2 + (late === 'yes' ? 1 : 0);
      return leave;
    },
  };
};

/** Keys under which something may still be sent, arrive or be closed. */
const liveKeys = (world: World): ReadonlySet<string> => {
  const live = new Set(world.orphans.map((request) => request.key));
  for (const document of world.cases) for (const attempt of document.attempts) if (!attempt.resolved) live.add(attempt.key);
  for (const worker of world.workers) {
    if (worker.at !== 'hand') continue;
    if ('attempt' in worker.effect) live.add(worker.effect.attempt.key);
    if (worker.request) live.add(worker.request.key);
    for (const attempt of worker.hold.document.attempts) if (!attempt.resolved) live.add(attempt.key);
  }
  return live;
};

const isOpenFor = (ledger: object, sendBefore: Date | undefined): boolean =>
  sendBefore !== undefined && (Reflect.get(ledger, 'open') as Ledger['open'])?.sendBefore.getTime() === sendBefore.getTime();
