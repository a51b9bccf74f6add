import { openKeysOf, type CaseDocument, type OutboxEntry } from '../../core/cases/index.js';
import { classify, declineMessage, loadDeclineCatalogue, recommendedActionReason, type Classification } from '../../core/declines/index.js';
import { learnt, nextStep, standardEngine, type CaseFacts, type Hold, type Tools } from '../../core/recovery/index.js';
import { createClock } from '../../core/scheduling/index.js';
import type { Box, SwitchedOff } from './box.js';
import type { World } from './world.js';

export const leaseMs = 30_000;
export const epoch = Date.UTC(2026, 10, 18, 12);
const mostLocalSteps = 50;
const halfHour = 30 * 60_000;

/** The product's step machine with the product's engine and decline catalogue, on a clock that stands where the world stands. */
export interface Machine {
  readonly tools: Tools;
  at(now: number): void;
  factsOf(document: CaseDocument, charging: World['charging']): CaseFacts;
  /** Decides what is next, through everything that needs nobody. `circling`: it never comes to an end. */
  decide(hold: Hold): { readonly hold: Hold; readonly effect: ReturnType<typeof nextStep>; readonly alerts: 'none' | 'raised' } | 'circling';
}

const catalogue = loadDeclineCatalogue();
const classified = new Map<string, Classification>();
const unknownDecline = { system: 'test', code: 'nobody_named_this', reachedNetwork: true } as const;

/** Each final transition mints one event, under an id that is its own. */
const announce: Tools['announce'] = (document, { event }): readonly OutboxEntry[] =>
  [{ id: `${document._id}:${String(document.attempts.length)}.${String(document.promptRetries)}.${document.status}>${event}`, kind: 'notification', event, body: '' }];

/** The account at which a connector's debts are charged. */
export const mappedRoute = (box: Box): CaseFacts['route'] => ({
  kind: 'gateway', accountId: 'mapped', gatewayMode: 'live', protection: box.protection, prepares: box.prepares, revokes: box.prepares,
});

export const createMachine = (box: Box, off: SwitchedOff | undefined): Machine => {
  let wall = epoch;
  const clock = createClock({ scale: 1, origin: new Date(epoch), wallNow: () => new Date(wall) });
  const tools: Tools = {
    clock: off?.waits === undefined ? clock : { ...clock, notBeforeMs: (realMs) => (off.waits === 'none' ? 0 : Math.min(realMs, halfHour)) },
    engine: standardEngine,
    classify: (decline) => {
      const { code } = decline ?? unknownDecline;
      const known = classified.get(code) ?? classify(decline ?? unknownDecline, catalogue);
      classified.set(code, known);
      return known;
    },
    explain: { message: (reason) => declineMessage(reason, catalogue), recommendation: (classification) => recommendedActionReason(classification, catalogue) },
    announce,
  };
  const factsFor = (source: CaseFacts['source']): CaseFacts => {
    const direct = source === 'direct';
    const facts: CaseFacts = {
      source, dunning: direct ? 'not_controllable' : box.dunning, leaseMs, openKeys: [], standstill: undefined, toldOpen: 'no', respondsToCall: 'no', trigger: 'scheduled_retry',
      policy: { timezone: 'UTC', billingCycleDay: undefined, maxRetries: 4, horizonDays: 60, daysBetween: undefined },
      route: {
        kind: direct ? 'gateway' : 'platform', accountId: 'account', gatewayMode: 'live', protection: box.protection,
        prepares: direct ? box.prepares : 'no', revokes: direct ? box.prepares : 'no',
      },
      ...(!direct && box.collects === 'gateway' ? {
        gatewayRoutes: [mappedRoute(box)], settlement: 'recorded', refundsDuplicates: 'yes',
        stillness: { neededFor: 'gateway', oppositeAfterMs: 25_000 + box.protection.absentIsFinalAfterMs },
      } : {}),
    };
    return off?.facts ? off.facts(facts) : facts;
  };
  const shown = { direct: factsFor('direct'), connector: factsFor('connector') };
  return {
    tools,
    at: (now) => { wall = now; },
    factsOf: (document, charging) => ({ ...shown[document.connectionId === undefined ? 'direct' : 'connector'], ...(charging === 'allowed' ? {} : { standstill: charging }), openKeys: openKeysOf(document, ['connection']) }),
    decide: (start) => {
      let hold = start;
      let alerts: 'none' | 'raised' = 'none';
      for (let steps = 0; steps < mostLocalSteps; steps += 1) {
        const effect = nextStep(off?.shown ? off.shown(hold.document) : hold.document, hold.knowledge, tools);
        if (effect.do !== 'know' && effect.do !== 'alert') return { hold, effect, alerts };
        if (effect.do === 'alert') alerts = 'raised';
        hold = learnt(hold, effect.after);
      }
      return 'circling';
    },
  };
};
