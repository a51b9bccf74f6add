/** Where the hub runs. Live money moves only in `production`. */
export type HubEnvironment = 'production' | 'development' | 'test';

/** What this process does: serve HTTP, work on cases, or both. */
export type HubRole = 'all' | 'web' | 'worker';

/** Verbosity of the log, most to least urgent; `silent` writes nothing. */
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** A key of the vault: 32 bytes under a name that sealed values carry. */
export interface EncryptionKey {
  readonly id: string;
  readonly key: Uint8Array;
}

/** Everything the environment sets (specification 18), checked and with defaults filled in. */
export interface Settings {
  readonly env: HubEnvironment;
  readonly host: string;
  /** 0, outside production only: any free port. */
  readonly port: number;
  /** Base of every URL shown, without a slash at its end. Where HUB_PUBLIC_URL is unset it is the listen address. */
  readonly publicUrl: string;
  /** Undefined: the embedded database in `dataDir`. Holds credentials: never log it. */
  readonly mongodbUri: string | undefined;
  /** Absolute path. */
  readonly dataDir: string;
  /** Hub seconds per real second. Undefined: unset, so whatever scale the database runs at. In production always 1. */
  readonly timeScale: number | undefined;
  /** Where plugins reach a stand-in: `host` or `host:port` to a loopback http address. Empty in production. */
  readonly platformRoutes: ReadonlyMap<string, URL>;
  /** First encrypts, all decrypt. Empty only from `readSettings` outside production, where `loadSettings` generates them. */
  readonly encryptionKeys: readonly EncryptionKey[];
  readonly role: HubRole;
  /** Cases worked on at once by one process. */
  readonly workerConcurrency: number;
  readonly leaseSeconds: number;
  /** The hub-wide stop by environment; a stored switch exists beside it. */
  readonly pauseCharges: boolean;
  /** Proxy hops in front of the hub. */
  readonly trustProxy: number;
  readonly logLevel: LogLevel;
  /** How long SIGTERM waits for work in hand. */
  readonly shutdownSeconds: number;
}
