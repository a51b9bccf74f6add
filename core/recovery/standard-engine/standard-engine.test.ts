import { describe, expect, it } from '@jest/globals';
import { classify, loadDeclineCatalogue } from '../../declines/index.js';
import type { PastAttempt, Snapshot } from '../engine.js';
import { standardEngine } from './index.js';

const catalogue = loadDeclineCatalogue();
const declineOf = (reason: string) => classify({ system: 'test', code: reason, reachedNetwork: true }, catalogue);
const at = (text: string) => new Date(text);

const snapshot = (reason: string | undefined, changes: Partial<Snapshot> = {}): Snapshot => ({
  source: 'connector',
  openedAt: at('2026-11-18T12:00:00Z'),
  decline: reason === undefined ? undefined : declineOf(reason),
  attempts: [],
  route: 'platform',
  gatewayMode: 'test',
  prompt: undefined,
  card: 'same',
  policy: { timezone: 'UTC', billingCycleDay: undefined, maxRetries: 5, horizonDays: 35, daysBetween: undefined },
  ...changes,
});

const declined = (when: string, changes: Partial<PastAttempt> = {}): PastAttempt => ({ at: at(when), result: 'declined', kind: 'other', strategy: 'platform_collect', ...changes });
const decide = (subject: Snapshot, now: string) => standardEngine.decide(subject, at(now));

describe('the standard engine', () => {
  it.each([
    ['fraudulent', 'blocked', 'blocked', 'manual_review'],
    ['lost_card', 'blocked', 'blocked', 'manual_review'],
    ['stolen_card', 'blocked', 'blocked', 'manual_review'],
    ['authentication_required', 'blocked', 'authentication_required', 'request_card_update'],
    ['account_closed', 'failed', undefined, 'request_card_update'],
    ['merchant_configuration', 'failed', undefined, 'manual_review'],
  ])('stops %s: %s', (reason, outcome, action, recommendedAction) => {
    expect(decide(snapshot(reason), '2026-11-18T12:00:00Z')).toMatchObject({ do: 'stop', outcome, action, recommendedAction });
  });

  it.each([
    // generic declines: +1, +3, +5, +7 days at 10:00 local, at least 20 h after the last try
    ['generic_decline', [], '2026-11-19T10:00:00.000Z'],
    ['generic_decline', ['2026-11-20T10:00:00Z'], '2026-11-23T10:00:00.000Z'],
    ['generic_decline', ['2026-11-20T10:00:00Z', '2026-11-23T10:00:00Z'], '2026-11-28T10:00:00.000Z'],
    ['generic_decline', ['2026-11-20T10:00:00Z', '2026-11-23T10:00:00Z', '2026-11-28T10:00:00Z'], '2026-12-05T10:00:00.000Z'],
    // payday, +3 d, payday, +7 d, payday
    ['insufficient_funds', [], '2026-11-20T10:00:00.000Z'],
    ['insufficient_funds', ['2026-11-20T10:00:00Z'], '2026-11-23T10:00:00.000Z'],
    ['insufficient_funds', ['2026-11-20T10:00:00Z', '2026-11-23T10:00:00Z'], '2026-11-27T10:00:00.000Z'],
    ['limit_exceeded', [], '2026-11-19T10:00:00.000Z'],
    ['call_issuer', [], '2026-11-21T10:00:00.000Z'],
    ['unknown', [], '2026-11-20T10:00:00.000Z'],
  ])('waits for %s after %j until %s', (reason, tries, until) => {
    expect(decide(snapshot(reason, { attempts: tries.map((when) => declined(when)) }), '2026-11-18T12:00:00Z')).toMatchObject({ do: 'wait', until: at(until) });
  });

  it('charges when the step has come', () => {
    expect(decide(snapshot('generic_decline'), '2026-11-19T10:00:00Z')).toMatchObject({ do: 'charge', strategy: 'platform_collect' });
  });

  it('takes the day after where the first 10:00 is closer than 20 h', () => {
    expect(decide(snapshot('generic_decline', { openedAt: at('2026-11-18T23:00:00Z') }), '2026-11-18T23:00:00Z')).toMatchObject({ until: at('2026-11-20T10:00:00Z') });
  });

  it.each([
    ['soon, first', [], 1], ['soon, second', ['2026-11-18T13:00:00Z'], 6], ['soon, third', ['2026-11-18T13:00:00Z', '2026-11-18T19:00:00Z'], 24],
  ])('retries a technical decline: %s', (_name, tries, hours) => {
    const attempts = tries.map((when) => declined(when, { kind: 'technical' }));
    const last = at(tries.at(-1) ?? '2026-11-18T12:00:00Z');
    expect(decide(snapshot('processing_error', { attempts }), '2026-11-18T12:00:00Z')).toMatchObject({ do: 'wait', until: new Date(last.getTime() + hours * 3_600_000) });
  });

  it('gives technical declines up for later after three', () => {
    const attempts = ['2026-11-18T13:00:00Z', '2026-11-18T19:00:00Z', '2026-11-19T19:00:00Z'].map((when) => declined(when, { kind: 'technical' }));
    expect(decide(snapshot('processing_error', { attempts }), '2026-11-19T20:00:00Z')).toMatchObject({ do: 'stop', outcome: 'failed', recommendedAction: 'retry_later' });
  });

  it('reads the card before it gives up on an old one, and charges a newer one', () => {
    expect(decide(snapshot('expired_card', { card: 'unread' }), '2026-11-18T12:00:00Z')).toMatchObject({ do: 'read_card' });
    expect(decide(snapshot('expired_card', { card: 'changed' }), '2026-11-18T12:00:00Z')).toMatchObject({ do: 'charge', strategy: 'token_refresh' });
    expect(decide(snapshot('expired_card', { card: 'same' }), '2026-11-18T12:00:00Z')).toMatchObject({ do: 'stop', outcome: 'failed', recommendedAction: 'request_card_update' });
  });

  it('gives a direct call a minute for a refreshed card', () => {
    const direct = snapshot('expired_card', { source: 'direct', route: 'gateway' });
    expect(decide(direct, '2026-11-18T12:00:00Z')).toMatchObject({ do: 'wait', strategy: 'token_refresh', until: at('2026-11-18T12:01:00Z') });
    expect(decide(direct, '2026-11-18T12:01:00Z')).toMatchObject({ do: 'stop', outcome: 'failed' });
  });

  it('charges a direct call at once, and counts it', () => {
    const direct = snapshot('generic_decline', { source: 'direct', route: 'gateway' });
    expect(decide(direct, '2026-11-18T12:00:00Z')).toMatchObject({ do: 'charge', strategy: 'primary' });
    const first = declined('2026-11-18T12:00:00Z', { strategy: 'primary' });
    expect(decide({ ...direct, attempts: [first] }, '2026-11-18T12:00:01Z')).toMatchObject({ do: 'wait', until: at('2026-11-19T10:00:00Z') });
    expect(decide({ ...direct, attempts: Array.from({ length: 5 }, () => first) }, '2026-11-18T12:00:01Z')).toMatchObject({ do: 'stop', outcome: 'failed', recommendedAction: 'request_card_update' });
  });

  it('does not charge a direct call whose earlier charge may have gone through, save at a test gateway', () => {
    const direct = snapshot('gateway_timeout', { source: 'direct', route: 'gateway', decline: declineOf('timeout') });
    expect(decide(direct, '2026-11-18T12:00:00Z')).toMatchObject({ do: 'charge' });
    expect(decide({ ...direct, gatewayMode: 'live' }, '2026-11-18T12:00:00Z')).toMatchObject({ do: 'ask' });
  });

  it('lets steps past the horizon fall away', () => {
    const short = snapshot('insufficient_funds', { policy: { timezone: 'UTC', billingCycleDay: undefined, maxRetries: 5, horizonDays: 1, daysBetween: undefined } });
    expect(decide(short, '2026-11-18T12:00:00Z')).toMatchObject({ do: 'stop', outcome: 'failed' });
  });

  it("repeats the last wait of a client's own list, and only of it", () => {
    const policy = { timezone: 'UTC', billingCycleDay: undefined, maxRetries: 8, horizonDays: 60, daysBetween: [2] };
    const tries = ['2026-11-20T10:00:00Z', '2026-11-22T10:00:00Z'].map((when) => declined(when));
    expect(decide(snapshot('generic_decline', { policy, attempts: tries }), '2026-11-22T11:00:00Z')).toMatchObject({ do: 'wait', until: at('2026-11-24T10:00:00Z') });
    const ours = ['20', '23', '28'].map((day) => declined(`2026-11-${day}T10:00:00Z`));
    expect(decide(snapshot('generic_decline', { attempts: [...ours, declined('2026-12-05T10:00:00Z')] }), '2026-12-05T11:00:00Z')).toMatchObject({ do: 'stop' });
  });

  it('charges a changed card at once, whatever the schedule', () => {
    expect(decide(snapshot('insufficient_funds', { prompt: 'card_update' }), '2026-11-18T12:00:00Z')).toMatchObject({ do: 'charge', strategy: 'card_update' });
  });

  it('waits as a technical retry would after an attempt that could not be sent', () => {
    const unsent: PastAttempt = { at: at('2026-11-19T10:00:00Z'), result: 'unsent', kind: 'other', strategy: 'platform_collect' };
    expect(decide(snapshot('generic_decline', { attempts: [unsent] }), '2026-11-19T10:05:00Z')).toMatchObject({ do: 'wait', until: at('2026-11-19T11:00:00Z') });
    expect(decide(snapshot('generic_decline', { attempts: [unsent, unsent, unsent, unsent] }), '2026-11-19T10:05:00Z')).toMatchObject({ do: 'stop', recommendedAction: 'retry_later' });
  });
});
