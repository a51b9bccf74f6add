import type { CaseDocument } from '../cases/index.js';
import type { ConnectorUse } from '../plugin-registry/index.js';

/** A connection as deliveries need it. */
export interface InboundConnection {
  readonly connectionId: string;
  readonly clientId: string;
  /** Id of the connector, the slug of the webhook address. */
  readonly platform: string;
  readonly mode: CaseDocument['mode'];
  /** Whether a failure of a debt we do not know opens a case: not while the connection is being taken down. */
  readonly opensCases: 'yes' | 'no';
  readonly use: Pick<ConnectorUse, 'webhook' | 'understand'>;
  /** Begins to give the connection up, because its platform says it has. */
  readonly giveUp?: () => Promise<void>;
}

/** What looking for a connection met. `unavailable` is our own fault and passes once it is mended. */
export type FoundConnection =
  | { readonly status: 'found'; readonly connection: InboundConnection }
  | { readonly status: 'unknown' }
  | { readonly status: 'unavailable'; readonly because: string };

/** Finds connections. Rejects when the database cannot be reached. */
export interface InboundConnections {
  /** By the last two parts of a webhook address. */
  byUrl(slug: string, key: string): Promise<FoundConnection>;
  byId(connectionId: string): Promise<FoundConnection>;
}
