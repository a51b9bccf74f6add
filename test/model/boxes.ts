import type { RepeatProtection } from '../../core/connector-kit/index.js';
import type { Box, Happening } from './box.js';
import type { Budget } from './world.js';

/** How a debt is charged, and what keeps it from being charged twice. */
export const kinds = ['single_use_object', 'key', 'search_only', 'collection', 'mapped'] as const;
export type Kind = (typeof kinds)[number];

const absentIsFinalAfterMs = 300_000;

const protectionOf = (kind: Kind): RepeatProtection => {
  switch (kind) {
    case 'key': return { kind, keptForMs: 86_400_000, absentIsFinalAfterMs };
    case 'search_only': return { kind, absentIsFinalAfterMs };
    case 'mapped':
    case 'single_use_object':
    case 'collection': return { kind: 'single_use_object', absentIsFinalAfterMs };
  }
};

export const nothing: Budget = { crashes: 0, expiries: 0, signals: 0, operators: 0, declines: 0 };

const signalsOf = (kind: Kind): readonly Happening[] => {
  switch (kind) {
    case 'collection': return ['paid_elsewhere', 'card_changed'];
    case 'mapped': return ['paid_elsewhere', 'retried_by_platform'];
    case 'single_use_object':
    case 'key':
    case 'search_only': return ['cancelled'];
  }
};

const operatorsOf = (kind: Kind): readonly Happening[] => {
  switch (kind) {
    case 'collection': return ['cancelled', 'paused'];
    case 'mapped': return ['disconnected', 'ordered_to_cancel'];
    case 'single_use_object':
    case 'key':
    case 'search_only': return ['paused'];
  }
};

/** A box of two workers on one debt; more is said by `over`. `mapped`: a platform's debt, charged at a gateway and recorded on the platform. */
export const boxOf = (kind: Kind, budget: Partial<Budget>, over: Partial<Box> = {}): Box => {
  const ofPlatform = kind === 'collection' || kind === 'mapped';
  const left = { ...nothing, ...budget };
  return {
    name: `${kind} (${[left.crashes, left.expiries, left.signals, left.operators].join(',')})${left.declines > 0 ? ` and ${String(left.declines)} declined` : ''}`,
    source: ofPlatform ? 'connector' : 'direct', collects: kind === 'collection' ? 'platform' : 'gateway', protection: protectionOf(kind),
    prepares: kind === 'single_use_object' || kind === 'mapped' ? 'yes' : 'no', dunning: ofPlatform ? 'controllable' : 'not_controllable', workers: 2, cases: 1,
    signals: signalsOf(kind), operators: operatorsOf(kind), intake: 'lives',
    declines: ['processing_error', 'expired_card', ...(ofPlatform ? ['lost_card'] : []), ...(kind === 'collection' ? [] : ['in_part'])], budget: left, ...over,
  };
};

/** A connector's case beside a direct case of the same debt. */
export const twinBox = (budget: Partial<Budget>): Box => {
  const { crashes = 0, expiries = 0, signals = 0, operators = 0, declines = 0 } = budget;
  return boxOf('mapped', budget, {
    name: `two cases of one debt (${[crashes, expiries, signals, operators].join(',')})${declines > 0 ? ` and ${String(declines)} declined` : ''}`,
    source: 'both', cases: 2, declines: ['expired_card', 'lost_card'],
  });
};

/** Where a rule that is taken away is looked for, the small ones first. */
export const boxesForRules: readonly Box[] = [
  ...kinds.map((kind) => boxOf(kind, { crashes: 1 })),
  boxOf('collection', { declines: 1, signals: 1 }),
  boxOf('collection', { crashes: 1, declines: 1 }),
  boxOf('mapped', { declines: 1 }),
  boxOf('mapped', { signals: 1 }),
  boxOf('mapped', { crashes: 1, declines: 1 }),
  boxOf('mapped', { operators: 1 }),
  boxOf('mapped', { crashes: 1, operators: 1 }),
  ...kinds.map((kind) => boxOf(kind, { expiries: 1 })),
  boxOf('search_only', {}, { cases: 2 }),
  ...kinds.map((kind) => boxOf(kind, { crashes: 1, expiries: 1 })),
];
