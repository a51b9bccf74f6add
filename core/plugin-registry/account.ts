import type { Connection, Log } from '../connector-kit/index.js';
import type { ConnectionMode } from './call-types.js';
import type { StripSecrets } from './strip-secrets.js';

/** One configured account of one plugin, ready to be called. */
export interface OpenAccount {
  /** `connector/<id>` or `gateway/<id>`. */
  readonly plugin: string;
  readonly connection: Connection<unknown>;
  readonly mode: ConnectionMode;
  /** What the plugin's `open` returned; undefined for calls that may not use the network. */
  readonly session: unknown;
  readonly log: Log;
  readonly strip: StripSecrets;
  /** Credentials minted since it was opened are secrets too. */
  addSecret(value: string): void;
}
