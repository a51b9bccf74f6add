import { deserialize, serialize, type Document } from 'bson';
import type { FakeSettings } from '../plugins/unprotected-gateway/fake/settings.js';
import type { PassingCommand } from './passing-command.js';

/** A rule taken away in every hub of a world, or from what it stands on. */
export interface Plant {
  readonly says: string;
  /** Changes what passes to the database. */
  readonly change?: (command: Document) => void;
  /** What the gateway really keeps, whatever was declared. */
  readonly gateway?: Partial<FakeSettings>;
  /** Deliveries that were put aside stay there. */
  readonly operators?: 'replay_nothing';
}

const object = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? value as Record<string, unknown> : {});

/** Every update of a command that changes documents. */
const updatesOf = (command: Document): readonly Record<string, unknown>[] => {
  const updates: unknown = command['updates'];
  return Array.isArray(updates) ? updates.map((one) => object(object(one)['u'])) : [object(command['update'])];
};

/** What can be planted, by name. */
export const plants: Readonly<Record<string, Plant>> = {
  outbox: {
    says: 'the end of a case is written without its event',
    change: (command) => {
      for (const update of updatesOf(command)) delete object(update['$push'])['outbox'];
    },
  },
  protection: {
    says: 'the gateway keeps nothing of what it promises, and its search is blind',
    gateway: { switch: 'search_only', lagMs: 'never' },
  },
  forgotten: { says: 'operators replay no delivery that was put aside', operators: 'replay_nothing' },
};

const bodyAt = 21;

/** The message with the rule taken away, where it concerns a change of a case. */
export const planted = (message: Buffer, { name, collection }: PassingCommand, plant: Plant | undefined): Buffer => {
  if (!plant?.change || collection !== 'cases' || !['findAndModify', 'update'].includes(name)) return message;
  const size = message.readInt32LE(bodyAt);
  if (message.length !== bodyAt + size) return message;
  const command = deserialize(message.subarray(bodyAt), { promoteValues: false });
  plant.change(command);
  const body = serialize(command);
  const changed = Buffer.concat([message.subarray(0, bodyAt), body]);
  changed.writeInt32LE(changed.length, 0);
  return changed;
};
