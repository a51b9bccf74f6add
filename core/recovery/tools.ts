import { ulid } from 'ulid';
import { amountOf, type CaseDocument, type OutboxEntry } from '../cases/index.js';
import { classify, classifyOriginalCode, declineMessage, recommendedAction, recommendedActionReason, type Classification } from '../declines/index.js';
import { composeEvent, eventNames, shouldSend, webhookIdPrefix, type EventFacts } from '../notifications/index.js';
import type { RawDecline } from '../connector-kit/index.js';
import type { ClientSettings } from '../clients/index.js';
import type { EventToCompose } from './case-event.js';
import type { CaseFacts, Tools } from './case-steps/effects.js';
import { ownCodes } from '../gateways/index.js';
import type { RecoveryPorts } from './ports.js';

/** What a decline of a case means. One that a merchant told us (`merchant/<gateway>`) is read as the API reads original codes. */
export const classifyCase = (decline: RawDecline | null, ports: Pick<RecoveryPorts, 'catalogue'>): Classification => {
  if (decline === null) return classifyOriginalCode(undefined, undefined, ports.catalogue);
  if (!decline.system.startsWith(ownCodes)) return classify(decline, ports.catalogue);
  return classifyOriginalCode(decline.code, decline.system.slice(ownCodes.length) || undefined, ports.catalogue);
};

/** The pure functions of one case in hand, with its client's wishes on events. */
export const toolsOf = (settings: ClientSettings, ports: RecoveryPorts): Tools => ({
  clock: ports.clock,
  engine: ports.engine,
  classify: (decline) => classifyCase(decline, ports),
  explain: {
    message: (reason) => declineMessage(reason, ports.catalogue),
    recommendation: (classification, decision) =>
      (recommendedAction(classification) === decision.recommendedAction ? recommendedActionReason(classification, ports.catalogue) : decision.because.sentence),
  },
  announce: (document, event, facts) => announce(document, event, facts, settings, ports),
});

const announce = (document: CaseDocument, event: EventToCompose, facts: CaseFacts, settings: ClientSettings, ports: RecoveryPorts): readonly OutboxEntry[] => {
  const described = describe(document, event, facts);
  if (!described || settings.webhookUrl === null || !shouldSend(described, settings)) return [];
  const id = `${webhookIdPrefix}${ulid()}`;
  return [{ id, kind: 'notification', event: described.event, body: ports.vault.seal(composeEvent(described), `event/${id}`) }];
};

const describe = (document: CaseDocument, { ended, ...event }: EventToCompose, facts: CaseFacts): EventFacts | undefined => {
  const amount = ('amount' in event ? event.amount : undefined) ?? amountOf(document);
  const common = {
    revtainTransactionId: document._id,
    idempotencyKey: document.idempotencyKey ?? null,
    amount: amount.minor,
    currency: amount.currency,
    isSimulated: document.simulated,
    occurredAt: ended.at,
    platform: document.platform ?? null,
    invoiceId: document.invoice?.ref ?? document.invoiceId ?? null,
    customerId: document.invoice?.customerRef ?? null,
    subscriptionId: document.invoice?.subscriptionRef ?? null,
  };
  const { trigger, strategyUsed } = ended;
  const advice = {
    declineCode: ended.declineCode ?? 'unknown',
    recommendedAction: ended.recommendedAction ?? 'manual_review',
    recommendedActionReason: ended.recommendedActionReason ?? ended.message,
  };
  switch (event.event) {
    case 'recovery.success':
      return { event: eventNames.success, ...common, gatewayTransactionToken: event.gatewayRef, message: ended.message, strategyUsed, attemptCount: event.attemptCount, trigger };
    case 'recovery.failed':
      return { event: eventNames.failed, ...common, ...advice, message: ended.message, strategyUsed, attemptCount: event.attemptCount, trigger };
    case 'recovery.blocked':
      return { event: eventNames.blocked, ...common, ...advice, action: ended.action ?? 'blocked', message: ended.message, trigger };
    case 'recovery.cancelled':
      return ended.reason === undefined || ended.reason === 'observed' ? undefined
        : { event: eventNames.cancelled, ...common, reason: ended.reason, wasAnsweredOpen: facts.toldOpen === 'yes' };
  }
};
