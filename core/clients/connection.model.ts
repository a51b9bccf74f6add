import { Schema, type Connection, type Model } from 'mongoose';
import { connectionOptions } from './connection-options.js';
import { requireKnownFormat } from './newer-format.js';
import type { ConnectionMode, ConnectionRecord, ConnectionState } from './records.js';
import { recordOptions } from './record-options.js';

/** A connection as stored; `sealed` is one envelope with the plugin's config as JSON, null once it is disconnected. */
export interface ConnectionDocument {
  _id: string;
  v: 1;
  clientId: string;
  platform: string;
  urlKey: string;
  mode: ConnectionMode;
  state: ConnectionState;
  accountMode: 'test' | 'live';
  options: Record<string, unknown>;
  sealed: string | null;
  /** Absent where unknown and after disconnecting, so that another connection may take the account. */
  platformAccountRef?: string;
  revision: number;
  createdAt: Date;
  updatedAt: Date;
  /** As `ConnectionDuty` says; absent where nothing was ever given up. */
  lane?: string;
  nextAt?: Date;
  holder?: string | null;
  leaseUntil?: Date;
  fence?: number;
  strikes?: number;
}

const schema = new Schema<ConnectionDocument>({
  _id: { type: String, required: true },
  v: { type: Number, required: true },
  clientId: { type: String, required: true },
  platform: { type: String, required: true },
  urlKey: { type: String, required: true },
  mode: { type: String, required: true, enum: ['observe', 'schedule_only', 'active'] },
  state: { type: String, required: true, enum: ['active', 'disconnecting', 'disconnected'] },
  accountMode: { type: String, required: true, enum: ['test', 'live'] },
  // checked by the zod schema, on the way in and on the way out
  options: { type: Schema.Types.Mixed, required: true },
  sealed: { type: String, default: null },
  platformAccountRef: String,
  revision: { type: Number, required: true },
  createdAt: { type: Date, required: true },
  updatedAt: { type: Date, required: true },
  lane: String,
  nextAt: Date,
  holder: String,
  leaseUntil: Date,
  fence: Number,
  strikes: Number,
}, { ...recordOptions, collection: 'connections' });

/** The model of `connections` on a database connection. */
export const connectionModel = (connection: Connection): Model<ConnectionDocument> =>
  (connection.models['Connection'] as Model<ConnectionDocument> | undefined) ?? connection.model<ConnectionDocument>('Connection', schema);

/** The connection without its credentials. @throws NewerFormat */
export const toConnectionRecord = (document: ConnectionDocument): ConnectionRecord => {
  requireKnownFormat('Connection', document);
  return recordOf(document);
};

const recordOf = (document: ConnectionDocument): ConnectionRecord => ({
  connectionId: document._id,
  clientId: document.clientId,
  platform: document.platform,
  urlKey: document.urlKey,
  mode: document.mode,
  state: document.state,
  accountMode: document.accountMode,
  options: connectionOptions.parse(document.options),
  platformAccountRef: document.platformAccountRef ?? null,
  revision: document.revision,
  createdAt: document.createdAt,
  updatedAt: document.updatedAt,
});
