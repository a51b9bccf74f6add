import type { Cases, CaseDocument } from '../cases/index.js';
import type { Clients, ConnectionDuty } from '../clients/index.js';
import type { Logger } from '../observability/index.js';
import type { Clock, LaneWork, Scheduler } from '../scheduling/index.js';
import type { Collection, Filter } from '../storage/index.js';
import { owing } from './count-owed.js';

const againMs = 60_000;
const mostPerTurn = 500;

/** What giving up a connection takes. */
export interface ConnectionPorts {
  readonly cases: Pick<Cases, 'collection' | 'signal'>;
  readonly clients: Pick<Clients, 'finishDisconnect'>;
  readonly duties: Collection<ConnectionDuty>;
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'due'>;
  readonly logger: Logger;
}

/** Of a connection that only charges no more, the cases it was charging. */
const concerned = (duty: ConnectionDuty, id: string): Filter<CaseDocument> =>
  ({ connectionId: duty._id, v: 1, watched: true, applied: { $ne: id }, ...(duty.state === 'active' ? { mode: 'active' as const } : {}) });

/** Cases that ended only because we might not charge, and open ones of another mode. */
const revivable = (duty: ConnectionDuty, id: string): Filter<CaseDocument> => ({
  connectionId: duty._id, v: 1, watched: true, applied: { $ne: id },
  $or: [{ status: 'cancelled', 'ended.reason': { $in: ['observed', 'disconnected'] } }, { status: 'queued', mode: { $ne: duty.mode } }],
});

/**
 * Connections that work again, and ones on their way out: every case hears of it, once for each change of the connection, and once none owes the platform
 * anything the credentials go. Many cases are told in turns, so that no turn outlives its lease.
 */
export const connectionLaneWork = ({ cases, clients, duties, clock, scheduler, logger }: ConnectionPorts): LaneWork<ConnectionDuty> => {
  const letGo = async (duty: ConnectionDuty, nextAt: Date | undefined) => {
    const { matchedCount } = await duties.updateOne({ _id: duty._id, fence: duty.fence, holder: duty.holder }, {
      $set: { holder: null, strikes: 0, ...(nextAt ? { nextAt } : {}) }, $unset: { leaseUntil: '', ...(nextAt ? {} : { nextAt: '' }) },
    });
    if (matchedCount === 1 && nextAt && duty.lane !== undefined) scheduler.due(duty.lane, nextAt);
  };

  /** Tells what a turn holds: the next one finds those that have not heard yet. */
  const tell = async (duty: ConnectionDuty, type: 'connection_revoked' | 'connection_activated', those: typeof concerned, until: Date): Promise<'all' | 'more'> => {
    const id = `${type}#${duty._id}#${String(duty.revision)}`;
    const found = await cases.collection.find(those(duty, id), { projection: { _id: 1 } }).limit(mostPerTurn).toArray();
    for (const { _id } of found) {
      if (clock.wallNow() > until) return 'more';
      await cases.signal(_id, id, { type, occurredAt: clock.wallNow() });
    }
    return found.length < mostPerTurn ? 'all' : 'more';
  };

  const tellAll = async (duty: ConnectionDuty): Promise<'all' | 'more'> => {
    const now = clock.wallNow().getTime();
    const until = new Date(now + ((duty.leaseUntil?.getTime() ?? now) - now) / 2);
    const charges = duty.state === 'active' && duty.mode === 'active';
    if (!charges && await tell(duty, 'connection_revoked', concerned, until) === 'more') return 'more';
    return duty.state === 'active' && duty.mode !== 'observe' ? tell(duty, 'connection_activated', revivable, until) : 'all';
  };

  return {
    kind: 'connection',
    collection: duties,
    run: async (duty) => {
      if (await tellAll(duty) === 'more') return letGo(duty, clock.hubNow());
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
