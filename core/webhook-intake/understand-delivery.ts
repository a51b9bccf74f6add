import { NewerCaseFormat } from '../cases/index.js';
import type { Vault } from '../clients/index.js';
import type { NormalizedEvent, PlatformError, Pointer, Unresolved, VerifiedDelivery } from '../connector-kit/index.js';
import { redactText } from '../observability/index.js';
import type { Clock } from '../scheduling/index.js';
import type { DeliveryDocument } from './delivery.model.js';
import type { Understanding } from './delivery-writes.js';
import type { InboundConnection, InboundConnections } from './inbound-connections.js';
import type { Outages } from './outages.js';
import { openDelivery } from './seal-delivery.js';
import type { TellCases } from './tell-cases.js';

const parseMs = 5000;
const readMs = 25_000;

/** One round with a delivery: what became of it, and whether the platform's API answered a question on the way. */
export interface Round { readonly understanding: Understanding; readonly api: 'answered' | 'not_asked' }

/** A delivery this process has just proved, and the connection it proved it for. */
export interface Proven { readonly connection: InboundConnection; readonly delivery: VerifiedDelivery }

const sentence = (text: string): string => redactText(text).slice(0, 300);

/** Whether the same question may be answered later: the platform is away, or somebody mends a key. What it says about this one question stays true. */
const deferral = (error: PlatformError): Understanding => {
  const detail = sentence(error.message);
  const retry = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
  if (error.code === 'refused_key' || error.code === 'missing_permission') return { state: 'deferred', waitsFor: 'repair', reason: 'insufficient_permissions', detail, ...retry };
  const final = error.reached === 'yes' && (error.code === 'not_found' || error.code === 'invalid_request');
  return final ? { state: 'parked', reason: error.code, detail } : { state: 'deferred', waitsFor: 'platform', reason: error.code, detail, ...retry };
};

/** A parser that threw will throw again; one that was stopped by its deadline may only have waited for a busy process. */
const unreadable = (error: PlatformError): Understanding => error.code === 'platform_down'
  ? { state: 'deferred', waitsFor: 'repair', reason: 'too_slow', detail: sentence(error.message) }
  : { state: 'not_understood', reason: 'not_understood', detail: sentence(error.message) };

const heldBack = {
  state: 'deferred', waitsFor: 'platform', reason: 'platform_down', detail: 'The platform did not answer others either; one of them looks whether it is back.', asked: 'no',
} as const;

const rank = { ignored: 0, understood: 1, not_understood: 2, parked: 3, deferred: 4 } as const;
const worse = (one: Understanding, other: Understanding): Understanding => (rank[other.state] > rank[one.state] ? other : one);

/** Reads deliveries and tells their events to the cases. Rejects when the database cannot be reached. */
export const createUnderstandDelivery = (options: {
  readonly connections: InboundConnections; readonly tellCases: TellCases; readonly vault: Vault; readonly clock: Clock; readonly outages: Outages;
}) => {
  const { clock, tellCases, outages } = options;
  const within = (ms: number) => ({ deadline: new Date(clock.wallNow().getTime() + ms) });

  const tell = async (connection: InboundConnection, event: NormalizedEvent, id: string): Promise<Understanding> => {
    try {
      return { state: (await tellCases(connection, event, id)) === 'told' ? 'understood' : 'ignored' };
    } catch (error) {
      if (!(error instanceof NewerCaseFormat)) throw error;
      return { state: 'deferred', waitsFor: 'repair', reason: 'newer_format', detail: error.message };
    }
  };

  /** What an error says of this delivery, and of the platform for the others. */
  const failedBy = (error: PlatformError, { _id, lane }: DeliveryDocument): Round => {
    const understanding = deferral(error);
    if (understanding.state !== 'deferred' || understanding.waitsFor !== 'platform') {
      outages.answered(lane);
      return { understanding, api: understanding.state === 'parked' ? 'answered' : 'not_asked' };
    }
    const notBefore = outages.failed(lane, _id, error.retryAfterMs);
    return { understanding: notBefore === undefined ? understanding : { ...understanding, notBefore }, api: 'not_asked' };
  };

  const follow = async (document: DeliveryDocument, connection: InboundConnection, pointer: Pointer, id: string): Promise<Round> => {
    const { understand } = connection.use;
    if (understand === undefined) {
      return { understanding: { state: 'not_understood', reason: 'not_understood', detail: 'The connector points to its API and has no understand() to follow.' }, api: 'not_asked' };
    }
    const turn = outages.turn(document.lane, document._id);
    if (turn.may === 'wait') return { understanding: { ...heldBack, notBefore: turn.until }, api: 'not_asked' };
    const answer = await understand(pointer, within(readMs));
    if (!answer.ok) return failedBy(answer.error, document);
    outages.answered(document.lane);
    let understanding: Understanding = { state: 'ignored' };
    for (const [at, event] of answer.value.entries()) {
      understanding = worse(understanding, event.type === 'unresolved' ? parked(event) : await tell(connection, event, `${id}.${at}`));
    }
    return { understanding, api: 'answered' };
  };

  const parked = (unresolved: Unresolved): Understanding => ({ state: 'parked', reason: unresolved.reason, detail: sentence(unresolved.detail) });

  const read = async (document: DeliveryDocument, { connection, delivery }: Proven): Promise<Round> => {
    const found = await connection.use.webhook.parse(delivery, within(parseMs));
    if (!found.ok) return { understanding: unreadable(found.error), api: 'not_asked' };
    let understanding: Understanding = { state: 'ignored' };
    let api: Round['api'] = 'not_asked';
    for (const [at, one] of found.value.entries()) {
      const id = `${document.deliveryId}#${at}`;
      if (one.type === 'pointer') {
        const round = await follow(document, connection, one, id);
        understanding = worse(understanding, round.understanding);
        if (round.api === 'answered') api = 'answered';
      } else {
        understanding = worse(understanding, await tell(connection, one, id));
      }
    }
    return { understanding, api };
  };

  /** A delivery that was proved earlier, perhaps by a process that is gone. */
  const reopened = async (document: DeliveryDocument): Promise<Proven | Understanding> => {
    const found = await options.connections.byId(document.connectionId);
    if (found.status === 'unknown') return { state: 'parked', reason: 'disconnected', detail: 'The connection is gone.' };
    if (found.status === 'unavailable') return { state: 'deferred', waitsFor: 'repair', reason: 'connector_unavailable', detail: sentence(found.because) };
    const { connection } = found;
    try {
      return { connection, delivery: connection.use.webhook.provenBefore(openDelivery(document, options.vault)) };
    } catch (error) {
      return { state: 'deferred', waitsFor: 'repair', reason: 'sealed', detail: error instanceof Error ? sentence(error.message) : 'The delivery does not open.' };
    }
  };

  return async (document: DeliveryDocument, proven: Proven | undefined): Promise<Round> => {
    const inHand = proven ?? await reopened(document);
    return 'state' in inHand ? { understanding: inHand, api: 'not_asked' } : read(document, inHand);
  };
};
