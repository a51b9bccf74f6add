import { ulid } from 'ulid';
import { triedCardOf } from '../cards/index.js';
import { newConnectorCase, type CaseDocument, type Cases } from '../cases/index.js';
import type { NormalizedEvent, Subject } from '../connector-kit/index.js';
import type { Clock } from '../scheduling/index.js';
import type { InboundConnection } from './inbound-connections.js';

type Failure = Extract<NormalizedEvent, { type: 'payment_failed' }>;

/** Brings events to the cases they are about. */
export interface TellCases {
  /** `id` is the same whenever this event is told again. Answers whether any case heard it. */
  (connection: InboundConnection, event: NormalizedEvent, id: string): Promise<'told' | 'nobody'>;
}

const withoutRight = (document: CaseDocument): CaseDocument => {
  const { openKeys, ...rest } = document;
  return openKeys === undefined ? document : rest;
};

/** Tells cases of `cases`; a failure of an unknown debt opens one. */
export const createTellCases = (options: { readonly cases: Cases; readonly clock: Clock; readonly digest: (text: string) => string }): TellCases => {
  const { cases, clock } = options;

  const signal = async (caseId: string, id: string, event: NormalizedEvent): Promise<'told' | 'nobody'> =>
    (await cases.signal(caseId, id, event)) === 'unknown_case' ? 'nobody' : 'told';

  const signalEach = async (found: readonly CaseDocument[], id: string, event: NormalizedEvent): Promise<'told' | 'nobody'> => {
    const answers = await Promise.all(found.map((document) => signal(document._id, id, event)));
    return answers.includes('told') ? 'told' : 'nobody';
  };

  const caseOf = (connection: InboundConnection, event: Failure, id: string): CaseDocument => newConnectorCase({
    caseId: ulid(),
    clientId: connection.clientId,
    connectionId: connection.connectionId,
    platform: connection.platform,
    invoice: event.invoice,
    amount: event.amount,
    decline: event.decline,
    mode: connection.mode,
    refs: event.gatewayRefs,
    tried: event.token ? [triedCardOf(event.token, options.digest)] : [],
    signalId: id,
    now: clock.hubNow(),
  });

  /** One debt is one case, however many failures arrive at once: the unique index decides, the loser becomes a signal. */
  const open = async (connection: InboundConnection, event: Failure, id: string): Promise<'told' | 'nobody'> => {
    const known = await cases.findOne({ connectionId: connection.connectionId, 'invoice.ref': event.invoice.ref });
    if (known) return signal(known._id, id, event);
    if (connection.opensCases === 'no') return 'nobody';
    const document = caseOf(connection, event, id);
    let met = await cases.open(document);
    // another case of the client may charge this debt: this one is opened without the right and takes it when it may
    if (met.status === 'exists' && met.by === 'openKeys') met = await cases.open(withoutRight(document));
    if (met.status === 'opened') return 'told';
    if (met.document === null) throw new Error(`A case of connection ${connection.connectionId} stood in the way of a new one and is gone; the delivery is processed again.`);
    return signal(met.document._id, id, event);
  };

  const about = async (connection: InboundConnection, subject: Subject, id: string, event: NormalizedEvent) =>
    signalEach(await cases.about(connection.connectionId, subject), id, event);

  return async (connection, event, id) => {
    switch (event.type) {
      case 'payment_failed':
        return open(connection, event, id);
      case 'invoice_paid':
      case 'invoice_closed':
      case 'payment_pending':
        return about(connection, { invoiceRef: event.invoice.ref }, id, event);
      case 'payment_reversed':
      case 'payment_method_updated':
      case 'consent_revoked':
      case 'subscription_ended':
        return about(connection, event.subject, id, event);
      case 'connection_revoked':
        // whoever works on the connection tells its cases, however many, in turns
        await connection.giveUp?.();
        return 'told';
      case 'ignored':
        return 'nobody';
    }
  };
};
