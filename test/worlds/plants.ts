import { deserialize, serialize, type Document } from 'bson';
import type { PassingCommand } from './passing-command.js';

/** A rule of the protocol taken away on the way to the database, in every hub of a world. */
export interface Plant {
  readonly says: string;
  change(command: Document): void;
}

const object = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? value as Record<string, unknown> : {});

/** Every filter and update of a command that changes documents. */
const parts = (command: Document): readonly { readonly filter: Record<string, unknown>; readonly update: Record<string, unknown> }[] => {
  const updates: unknown = command['updates'];
  if (Array.isArray(updates)) return updates.map((one) => ({ filter: object(object(one)['q']), update: object(object(one)['u']) }));
  return [{ filter: object(command['query']), update: object(command['update']) }];
};

/** What can be planted, by name. */
export const plants: Readonly<Record<string, Plant>> = {
  fence: {
    says: 'whoever has held a case once writes as if it still did, and claims what others hold',
    change: (command) => {
      for (const { filter } of parts(command)) for (const member of ['fence', 'holder', 'leaseUntil', '$or']) delete filter[member];
    },
  },
  outbox: {
    says: 'the end of a case is written without its event',
    change: (command) => {
      for (const { update } of parts(command)) delete object(update['$push'])['outbox'];
    },
  },
  row: {
    says: 'an attempt is charged without the row that should be written before',
    change: (command) => {
      for (const { update } of parts(command)) {
        const push = object(update['$push']);
        const attempt = object(push['attempts']);
        if ('key' in attempt) push['attempts'] = { ...attempt, key: `${String(attempt['key'])}-lost` };
      }
    },
  },
};

const bodyAt = 21;

/** The message with the rule taken away, where it concerns a change of a case. */
export const planted = (message: Buffer, { name, collection }: PassingCommand, plant: Plant | undefined): Buffer => {
  if (!plant || collection !== 'cases' || !['findAndModify', 'update'].includes(name)) return message;
  const size = message.readInt32LE(bodyAt);
  if (message.length !== bodyAt + size) return message;
  const command = deserialize(message.subarray(bodyAt), { promoteValues: false });
  plant.change(command);
  const body = serialize(command);
  const changed = Buffer.concat([message.subarray(0, bodyAt), body]);
  changed.writeInt32LE(changed.length, 0);
  return changed;
};
