import type { Cases, CaseDocument } from '../cases/index.js';
import type { Clients, ConnectionDuty } from '../clients/index.js';
import type { Logger } from '../observability/index.js';
import type { Clock, LaneWork } from '../scheduling/index.js';
import type { Collection, Filter } from '../storage/index.js';

const againMs = 60_000;

/** What giving up a connection takes. */
export interface ConnectionPorts {
  readonly cases: Pick<Cases, 'collection' | 'signal'>;
  readonly clients: Pick<Clients, 'finishDisconnect'>;
  readonly duties: Collection<ConnectionDuty>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A case that needs the connection's credentials once more. */
const owing = (connectionId: string): Filter<CaseDocument> => ({
  connectionId,
  $or: [
    { 'takeOver.state': { $in: ['intended', 'taken'] } }, { attempts: { $elemMatch: { resolved: false } } },
    { 'due.settle': { $exists: true } }, { 'due.refund': { $exists: true } }, { 'due.handBack': { $exists: true } },
  ],
});

/** Of a connection that only charges no more, the cases it was charging. */
const concerned = (duty: ConnectionDuty, id: string): Filter<CaseDocument> =>
  ({ connectionId: duty._id, v: 1, watched: true, applied: { $ne: id }, ...(duty.state === 'active' ? { mode: 'active' as const } : {}) });

/** Cases that ended only because we might not charge, and open ones of another mode. */
const revivable = (duty: ConnectionDuty, id: string): Filter<CaseDocument> => ({
  connectionId: duty._id, v: 1, watched: true, applied: { $ne: id },
  $or: [{ status: 'cancelled', 'ended.reason': { $in: ['observed', 'disconnected'] } }, { status: 'queued', mode: { $ne: duty.mode } }],
});

/**
 * Connections that work again, and ones on their way out: every case hears of it, once for each change of the connection, and once none owes the platform anything the credentials go.
 */
export const connectionLaneWork = ({ cases, clients, duties, clock, logger }: ConnectionPorts): LaneWork<ConnectionDuty> => {
  const letGo = async (duty: ConnectionDuty, nextAt: Date | undefined) => {
    await duties.updateOne({ _id: duty._id, fence: duty.fence, holder: duty.holder }, {
      $set: { holder: null, strikes: 0, ...(nextAt ? { nextAt } : {}) }, $unset: { leaseUntil: '', ...(nextAt ? {} : { nextAt: '' }) },
    });
  };

  const tellEach = async (duty: ConnectionDuty) => {
    const id = `connection_revoked#${duty._id}#${String(duty.revision)}`;
    const event = { type: 'connection_revoked' as const, occurredAt: clock.wallNow() };
    for await (const { _id } of cases.collection.find(concerned(duty, id), { projection: { _id: 1 } })) await cases.signal(_id, id, event);
  };

  const tellRevivable = async (duty: ConnectionDuty) => {
    const id = `connection_activated#${duty._id}#${String(duty.revision)}`;
    const event = { type: 'connection_activated' as const, occurredAt: clock.wallNow() };
    for await (const { _id } of cases.collection.find(revivable(duty, id), { projection: { _id: 1 } })) await cases.signal(_id, id, event);
  };

  return {
    kind: 'connection',
    collection: duties,
    run: async (duty) => {
      const charges = duty.state === 'active' && duty.mode === 'active';
      if (!charges) await tellEach(duty);
      if (duty.state === 'active' && duty.mode !== 'observe') await tellRevivable(duty);
      if (duty.state !== 'disconnecting') return letGo(duty, undefined);
      if (await cases.collection.findOne(owing(duty._id), { projection: { _id: 1 } })) return letGo(duty, new Date(clock.hubNow().getTime() + againMs));
      await clients.finishDisconnect(duty._id);
      logger.info({ connectionId: duty._id, clientId: duty.clientId }, 'a connection is disconnected: none of its cases owes its platform anything, and its credentials are gone');
      return letGo(duty, undefined);
    },
    park: async (duty) => {
      logger.error({ connectionId: duty._id, clientId: duty.clientId }, 'five processes ended while this connection was being given up; its cases are told again in an hour');
      await letGo(duty, new Date(clock.hubNow().getTime() + 60 * againMs));
    },
  };
};
