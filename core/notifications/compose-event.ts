import type { CommonEventFacts, EventFacts } from './event-facts.js';
import { eventNames, transactionIdMember } from './wire-names.js';

const longestText = 1000;

// Texts may come from a gateway: bounded, so that a body can never outgrow what is sent; never cut inside a surrogate pair
const bounded = (text: string): string => (text.length <= longestText ? text : text.slice(0, longestText).replace(/[\uD800-\uDBFF]$/, ''));

const common = (facts: CommonEventFacts) => ({
  [transactionIdMember]: facts.revtainTransactionId,
  idempotencyKey: facts.idempotencyKey,
  amount: facts.amount,
  currency: facts.currency,
  isSimulated: facts.isSimulated,
  occurredAt: facts.occurredAt.toISOString(),
  platform: facts.platform,
  invoiceId: facts.invoiceId,
  customerId: facts.customerId,
  subscriptionId: facts.subscriptionId,
});

const own = (facts: EventFacts): object => {
  let members: object;
  switch (facts.event) {
    case eventNames.success:
      members = {
        gatewayTransactionToken: facts.gatewayTransactionToken,
        message: bounded(facts.message),
        strategyUsed: facts.strategyUsed,
        attemptCount: facts.attemptCount,
        trigger: facts.trigger,
      };
      break;
    case eventNames.failed:
      members = {
        declineCode: facts.declineCode,
        message: bounded(facts.message),
        strategyUsed: facts.strategyUsed,
        attemptCount: facts.attemptCount,
        recommendedAction: facts.recommendedAction,
        recommendedActionReason: bounded(facts.recommendedActionReason),
        trigger: facts.trigger,
      };
      break;
    case eventNames.blocked:
      members = {
        declineCode: facts.declineCode,
        action: facts.action,
        message: bounded(facts.message),
        recommendedAction: facts.recommendedAction,
        recommendedActionReason: bounded(facts.recommendedActionReason),
        trigger: facts.trigger,
      };
      break;
    case eventNames.cancelled:
      members = { reason: facts.reason };
      break;
  }
  return members;
};

/**
 * The JSON body of an event, frozen once by the write that ends the case: member order as documented, no personal data.
 * The same facts give the same string. Messages and reasons longer than 1000 characters are cut.
 */
export const composeEvent = (facts: EventFacts): string => JSON.stringify({ event: facts.event, ...common(facts), ...own(facts) });
