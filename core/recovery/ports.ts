import type { Cases } from '../cases/index.js';
import type { CardLedger } from '../cards/index.js';
import type { Clients, Vault } from '../clients/index.js';
import type { DeclineCatalogue } from '../declines/index.js';
import type { Notifications } from '../notifications/index.js';
import type { Checkpoint, Logger } from '../observability/index.js';
import type { PluginRegistry } from '../plugin-registry/index.js';
import type { Clock } from '../scheduling/index.js';
import type { RecoveryEngine } from './engine.js';

/** The rooms recovery works with. */
export interface RecoveryPorts {
  readonly cases: Cases;
  readonly cards: CardLedger;
  readonly clients: Pick<Clients, 'find' | 'findFresh' | 'openConnection' | 'connectionFresh' | 'openGatewayAccount' | 'gatewayAccounts'>;
  /** A client's connections: a debt the merchant names may be an invoice of any of them. */
  readonly connectionIdsOf: (clientId: string) => Promise<readonly string[]>;
  readonly registry: PluginRegistry;
  readonly notifications: Pick<Notifications, 'accept' | 'releaseHeld'>;
  readonly catalogue: DeclineCatalogue;
  readonly engine: RecoveryEngine;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly logger: Logger;
  /** Why the whole hub may charge nothing now, read fresh; undefined: it may. */
  readonly standstill: () => Promise<string | undefined>;
  readonly checkpoint: Checkpoint;
  /** Aborted when this process has little time left: calls that wait for a charge are answered with what is known. */
  readonly hurry?: AbortSignal;
  /** Hears of each run of a case that goes on when its call has been answered, so that an end waits for it. */
  readonly follow?: (run: Promise<unknown>) => void;
}
