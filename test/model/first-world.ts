import { newConnectorCase, newDirectCase, openKeysOf, type CaseDocument } from '../../core/cases/index.js';
import type { Box } from './box.js';
import { amount } from './gateway.js';
import { epoch } from './machine.js';
import { idle, type World } from './world.js';

const now = new Date(epoch);
const sealed = { sealed: 'sealed-old', gatewayType: 'test', last4: '4242', cardKey: 'card-old' };

const connectorCase = (index: number): CaseDocument => newConnectorCase({
  caseId: `case${String(index)}`, clientId: 'client', connectionId: 'connection', platform: 'platform', amount, mode: 'active', refs: [], tried: [{ methodDigest: 'old' }],
  invoice: { ref: `in_${String(index)}`, customerRef: 'customer', display: {} } as unknown as Parameters<typeof newConnectorCase>[0]['invoice'],
  decline: { system: 'test', code: 'processing_error', reachedNetwork: true }, signalId: 'opening', now,
});

/** A direct case as `open` left it, its opener gone before it wrote the first attempt: due when its lease ends. */
const directCase = (index: number): CaseDocument => ({
  ...newDirectCase({
    caseId: `case${String(index)}`, clientId: 'client', accountId: 'account', amount, decline: { system: 'test', code: 'processing_error', reachedNetwork: true }, method: sealed, tried: { methodDigest: 'old' }, simulated: false,
    hold: { holder: 'opener', leaseUntil: now, nextAt: now }, now,
  }),
  strikes: 0,
});

/** Of one debt: the connector's case came when the direct one had the right already. */
const twins = (): readonly CaseDocument[] => {
  const { openKeys: _right, ...connector } = connectorCase(0);
  const direct: CaseDocument = { ...directCase(1), invoiceId: 'in_0' };
  return [connector, { ...direct, openKeys: openKeysOf(direct, ['connection']) }];
};

const casesOf = (box: Box): readonly CaseDocument[] => {
  switch (box.source) {
    case 'both': return twins();
    case 'direct': return Array.from({ length: box.cases }, (_, index) => directCase(index));
    case 'connector': return Array.from({ length: box.cases }, (_, index) => connectorCase(index));
  }
};

/** The box before anything has happened: its cases due, its workers idle. */
export const firstWorld = (box: Box): World => ({
  now: epoch,
  cases: casesOf(box),
  ledgers: {},
  charges: [],
  debts: Array.from({ length: box.cases }, () => ({ paidBy: 'nobody', card: 'old', retries: 'on' })),
  orphans: [],
  letters: [],
  workers: Array.from({ length: box.workers }, () => idle),
  deliveries: [],
  accepted: [],
  charging: 'allowed',
  left: box.budget,
  finals: 0,
  alerts: 'none',
});
