import { describe, expect, it } from '@jest/globals';
import { shouldSend, type EventFacts, type EventName, type EventSettings } from './index.js';

const settings: EventSettings = { dunningEnabled: true, notificationChannels: ['WEBHOOK'], webhookEvents: [] };
const factsOf = (event: EventName, wasAnsweredOpen: 'answered_202' | 'not_answered' = 'not_answered') =>
  ({ event, wasAnsweredOpen: wasAnsweredOpen === 'answered_202' }) as unknown as EventFacts;

describe('whether an event is sent', () => {
  it.each<[EventName, Partial<EventSettings>, boolean]>([
    ['recovery.success', {}, true],
    ['recovery.failed', {}, true],
    ['recovery.blocked', {}, true],
    ['recovery.success', { dunningEnabled: false }, true],
    ['recovery.failed', { dunningEnabled: false }, false],
    ['recovery.blocked', { dunningEnabled: false }, true],
    ['recovery.success', { notificationChannels: ['EMAIL'] }, true],
    ['recovery.failed', { notificationChannels: ['EMAIL'] }, false],
    ['recovery.failed', { notificationChannels: ['EMAIL', 'WEBHOOK'] }, true],
    ['recovery.blocked', { notificationChannels: [] }, true],
    ['recovery.cancelled', {}, false],
    ['recovery.cancelled', { webhookEvents: ['recovery.scheduled'] }, false],
    ['recovery.cancelled', { webhookEvents: ['recovery.cancelled'] }, true],
    ['recovery.cancelled', { webhookEvents: ['recovery.cancelled'], dunningEnabled: false, notificationChannels: [] }, true],
  ])('%s with %j: %s', (event, over, expected) => {
    expect(shouldSend(factsOf(event), { ...settings, ...over })).toBe(expected);
  });

  it('tells of a cancellation unasked where the caller was told to wait', () => {
    expect(shouldSend(factsOf('recovery.cancelled', 'answered_202'), { ...settings, dunningEnabled: false, notificationChannels: [] })).toBe(true);
  });
});
