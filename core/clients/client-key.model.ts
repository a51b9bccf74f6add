import { Schema, type Connection, type Model } from 'mongoose';
import type { KeyKind, KeyView } from './records.js';
import { recordOptions } from './record-options.js';

/** An API key as stored: its digest, never itself. */
export interface ClientKeyDocument {
  _id: string;
  v: 1;
  clientId: string;
  digest: string;
  kind: KeyKind;
  label: string;
  createdAt: Date;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

const schema = new Schema<ClientKeyDocument>({
  _id: { type: String, required: true },
  v: { type: Number, required: true },
  clientId: { type: String, required: true },
  digest: { type: String, required: true },
  kind: { type: String, required: true, enum: ['secret', 'publishable'] },
  label: { type: String, required: true },
  createdAt: { type: Date, required: true },
  revokedAt: { type: Date, default: null },
  lastUsedAt: { type: Date, default: null },
}, { ...recordOptions, collection: 'client_keys' });

/** The model of `client_keys` on a connection. */
export const clientKeyModel = (connection: Connection): Model<ClientKeyDocument> =>
  (connection.models['ClientKey'] as Model<ClientKeyDocument> | undefined) ?? connection.model<ClientKeyDocument>('ClientKey', schema);

/** What may be shown of a key. */
export const toKeyView = (document: ClientKeyDocument): KeyView => ({
  keyId: document._id, kind: document.kind, label: document.label, createdAt: document.createdAt, revokedAt: document.revokedAt, lastUsedAt: document.lastUsedAt,
});
