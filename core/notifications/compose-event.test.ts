import { describe, expect, it } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import { composeEvent, type BlockedFacts, type CancelledFacts, type CommonEventFacts, type EventFacts, type FailedFacts, type SuccessFacts } from './index.js';

const common: CommonEventFacts = {
  revtainTransactionId: '01KB0000000000000000000000', idempotencyKey: null, amount: 5000, currency: 'USD', isSimulated: false,
  occurredAt: new Date('2026-11-20T10:00:00.000Z'), platform: 'invented', invoiceId: 'in_1', customerId: 'cus_1', subscriptionId: null,
};
const success: SuccessFacts = {
  ...common, event: 'recovery.success', gatewayTransactionToken: 'pi_1', message: 'Payment recovered.', strategyUsed: 'primary', attemptCount: 1, trigger: 'direct',
};
const failed: FailedFacts = {
  ...common, event: 'recovery.failed', declineCode: 'insufficient_funds', message: 'Gave up.', strategyUsed: 'smart_time', attemptCount: 5,
  recommendedAction: 'request_card_update', recommendedActionReason: 'Spent.', trigger: 'scheduled_retry',
};
const blocked: BlockedFacts = {
  ...common, event: 'recovery.blocked', declineCode: 'fraudulent', action: 'blocked', message: 'Blocked.', recommendedAction: 'manual_review',
  recommendedActionReason: 'Fraud.', trigger: 'direct',
};
const cancelled: CancelledFacts = { ...common, event: 'recovery.cancelled', reason: 'invoice_voided', wasAnsweredOpen: true };

const sharedPart = '"revtainTransactionId":"01KB0000000000000000000000","idempotencyKey":null,"amount":5000,"currency":"USD","isSimulated":false,'
  + '"occurredAt":"2026-11-20T10:00:00.000Z","platform":"invented","invoiceId":"in_1","customerId":"cus_1","subscriptionId":null';

describe('the body of an event', () => {
  it.each<[EventFacts, string]>([
    [success, `{"event":"recovery.success",${sharedPart},"gatewayTransactionToken":"pi_1","message":"Payment recovered.","strategyUsed":"primary","attemptCount":1,"trigger":"direct"}`],
    [failed, `{"event":"recovery.failed",${sharedPart},"declineCode":"insufficient_funds","message":"Gave up.","strategyUsed":"smart_time","attemptCount":5,"recommendedAction":"request_card_update","recommendedActionReason":"Spent.","trigger":"scheduled_retry"}`],
    [blocked, `{"event":"recovery.blocked",${sharedPart},"declineCode":"fraudulent","action":"blocked","message":"Blocked.","recommendedAction":"manual_review","recommendedActionReason":"Fraud.","trigger":"direct"}`],
    [cancelled, `{"event":"recovery.cancelled",${sharedPart},"reason":"invoice_voided"}`],
  ])('is exactly what is documented: $event', (facts, expected) => {
    expect(composeEvent(facts)).toBe(expected);
  });

  it('takes its member order from the documents, not from the facts', () => {
    const reversed = Object.fromEntries(Object.entries(failed).toReversed()) as unknown as FailedFacts;
    expect(composeEvent(reversed)).toBe(composeEvent(failed));
  });

  it('carries nothing beyond its members, so that personal data in a larger object cannot leave', () => {
    const more = { ...success, customerEmail: 'someone@example.com' };
    expect(composeEvent(more)).toBe(composeEvent(success));
  });

  it('stays small and valid whatever a gateway wrote into a message', () => {
    const text = string({ unit: 'binary', maxLength: 20_000, size: 'max' });
    assert(property(text, text, (message, recommendedActionReason) => {
      const body = composeEvent({ ...failed, message, recommendedActionReason });
      const bytes = Buffer.from(body);
      expect(bytes.length).toBeLessThanOrEqual(100 * 1024);
      const sent = JSON.parse(bytes.toString()) as { message: string };
      expect(message.startsWith(sent.message)).toBe(true);
      expect(sent.message.length).toBeGreaterThanOrEqual(Math.min(message.length, 999));
    }), { numRuns: 100 });
  });
});
