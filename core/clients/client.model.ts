import { Schema, type Connection, type Model } from 'mongoose';
import { clientSettings } from './client-settings.js';
import { requireKnownFormat } from './newer-format.js';
import type { Client, ClientStatus } from './records.js';
import { recordOptions } from './record-options.js';

/** A client as stored. `signingSecrets` newest first, each sealed. */
export interface ClientDocument {
  _id: string;
  v: 1;
  businessName: string;
  mode: 'test' | 'live';
  status: ClientStatus;
  settings: Record<string, unknown>;
  signingSecrets: { sealed: string; createdAt: Date }[];
  gatewayAccountIds: string[];
  /** Rises with every change, so that two changes at once are told apart. */
  revision: number;
  createdAt: Date;
  updatedAt: Date;
}

const schema = new Schema<ClientDocument>({
  _id: { type: String, required: true },
  v: { type: Number, required: true },
  businessName: { type: String, required: true },
  mode: { type: String, required: true, enum: ['test', 'live'] },
  status: { type: String, required: true, enum: ['active', 'suspended'] },
  // its members are checked by the zod schema, on the way in and on the way out
  settings: { type: Schema.Types.Mixed, required: true },
  signingSecrets: [new Schema({ sealed: { type: String, required: true }, createdAt: { type: Date, required: true } }, { _id: false })],
  gatewayAccountIds: [String],
  revision: { type: Number, required: true },
  createdAt: { type: Date, required: true },
  updatedAt: { type: Date, required: true },
}, { ...recordOptions, collection: 'clients' });

/** The model of `clients` on a connection. */
export const clientModel = (connection: Connection): Model<ClientDocument> =>
  (connection.models['Client'] as Model<ClientDocument> | undefined) ?? connection.model<ClientDocument>('Client', schema);

/** The client without its secrets (@throws NewerFormat); settings that are younger than the record get their defaults. */
export const toClient = (document: ClientDocument): Client => {
  requireKnownFormat('Client', document);
  return viewOf(document);
};

const viewOf = (document: ClientDocument): Client => ({
  clientId: document._id,
  businessName: document.businessName,
  mode: document.mode,
  status: document.status,
  settings: clientSettings.parse(document.settings),
  gatewayAccountIds: document.gatewayAccountIds,
  createdAt: document.createdAt,
});
