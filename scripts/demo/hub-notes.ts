import { MongoClient } from 'mongodb';
import { defaultDatabase } from '../../core/storage/index.js';
import type { Attempt, CaseDocument } from '../../core/cases/index.js';
import type { Stage } from './stage.js';

/** What the hub has written down of one case. */
export interface HubNote {
  readonly invoice: string;
  readonly transactionId: string;
  /** The sentence of the last decision. */
  readonly because: string | undefined;
  readonly status: CaseDocument['status'];
  readonly holder: string | null;
  readonly fence: number;
  readonly attempts: readonly Pick<Attempt, 'n' | 'key' | 'outcome'>[];
}

/**
 * Reads the hub's own notes, for what neither the ledger, the merchant's log nor `status` tells: the sentence of a decision, and whether a case is in
 * hand when a hub is to be killed. Nothing is judged by them.
 */
export interface HubNotes {
  read(): Promise<readonly HubNote[]>;
  close(): Promise<void>;
}

const members = { _id: 1, 'invoice.ref': 1, 'plan.because': 1, status: 1, holder: 1, fence: 1, 'attempts.n': 1, 'attempts.key': 1, 'attempts.outcome': 1 } as const;

export const openHubNotes = async ({ mongodbUri }: Pick<Stage, 'mongodbUri'>): Promise<HubNotes> => {
  const client = await new MongoClient(mongodbUri).connect();
  const cases = client.db(defaultDatabase).collection<CaseDocument>('cases');
  return {
    read: async () => {
      const documents = await cases.find({}, { projection: members }).toArray();
      return documents.map((document) => ({
        invoice: document.invoice?.ref ?? '', transactionId: document._id, because: document.plan?.because, status: document.status,
        holder: document.holder ?? null, fence: document.fence, attempts: document.attempts,
      }));
    },
    close: () => client.close(),
  };
};
