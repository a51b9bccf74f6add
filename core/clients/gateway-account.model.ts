import { Schema, type Connection, type Model } from 'mongoose';
import type { GatewayAccount } from './records.js';
import { recordOptions } from './record-options.js';

/** A gateway account as stored; `sealed` is one envelope with its credentials as JSON. */
export interface GatewayAccountDocument {
  _id: string;
  v: 1;
  clientId: string;
  type: string;
  mode: 'test' | 'live';
  sealed: string;
  revision: number;
  createdAt: Date;
  retiredAt: Date | null;
}

const schema = new Schema<GatewayAccountDocument>({
  _id: { type: String, required: true },
  v: { type: Number, required: true },
  clientId: { type: String, required: true },
  type: { type: String, required: true },
  mode: { type: String, required: true, enum: ['test', 'live'] },
  sealed: { type: String, required: true },
  revision: { type: Number, required: true },
  createdAt: { type: Date, required: true },
  retiredAt: { type: Date, default: null },
}, { ...recordOptions, collection: 'gateway_accounts' });

/** The model of `gateway_accounts` on a connection. */
export const gatewayAccountModel = (connection: Connection): Model<GatewayAccountDocument> =>
  (connection.models['GatewayAccount'] as Model<GatewayAccountDocument> | undefined) ?? connection.model<GatewayAccountDocument>('GatewayAccount', schema);

/** The account without its credentials. */
export const toGatewayAccount = (document: GatewayAccountDocument): GatewayAccount => ({
  gatewayAccountId: document._id, clientId: document.clientId, type: document.type, mode: document.mode, revision: document.revision,
  createdAt: document.createdAt, retiredAt: document.retiredAt,
});
