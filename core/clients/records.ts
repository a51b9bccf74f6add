import type { HealthFinding } from '../connector-kit/index.js';
import type { ClientSettings } from './client-settings.js';
import type { ConnectionOptions } from './connection-options.js';

/** A suspended client's intake goes on; its charges and API calls stop. */
export type ClientStatus = 'active' | 'suspended';

/** How far a connection is switched on (specification 8.3). */
export type ConnectionMode = 'observe' | 'schedule_only' | 'active';

/** `disconnecting`: credentials are kept until everything taken over is handed back and every charge is settled; nothing new is begun. */
export type ConnectionState = 'active' | 'disconnecting' | 'disconnected';

/** What an API key opens. */
export type KeyKind = 'secret' | 'publishable';

/** A merchant. `gatewayAccountIds` in order: the first is primary. */
export interface Client {
  readonly clientId: string;
  readonly businessName: string;
  readonly mode: 'test' | 'live';
  readonly status: ClientStatus;
  readonly settings: ClientSettings;
  readonly gatewayAccountIds: readonly string[];
  readonly createdAt: Date;
}

/** A client's account at a gateway, without its credentials. `revision` rises with every change of them. */
export interface GatewayAccount {
  readonly gatewayAccountId: string;
  readonly clientId: string;
  /** Id of the gateway plugin. */
  readonly type: string;
  readonly mode: 'test' | 'live';
  readonly revision: number;
  readonly createdAt: Date;
  /** Set when the client no longer charges here; kept so that what was charged can be found and refunded. */
  readonly retiredAt: Date | null;
}

/** One client's use of a platform, without its credentials. `revision` rises with every change. */
export interface ConnectionRecord {
  readonly connectionId: string;
  readonly clientId: string;
  /** Id of the connector plugin, also the slug of its webhook URL. */
  readonly platform: string;
  /** Last part of its webhook URL: the client's id for its first connection there, else unguessable. */
  readonly urlKey: string;
  readonly mode: ConnectionMode;
  readonly state: ConnectionState;
  /** Whether its account moves real money. */
  readonly accountMode: 'test' | 'live';
  readonly options: ConnectionOptions;
  readonly platformAccountRef: string | null;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A key as it may be shown: the key itself was shown once. */
export interface KeyView {
  readonly keyId: string;
  readonly kind: KeyKind;
  readonly label: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** A connection as it may be shown, with the URL its platform posts to. */
export interface ConnectionView extends ConnectionRecord {
  readonly webhookUrl: string;
}

/** A connection as it was just set, and what its platform said about it. */
export interface ConnectionSet extends ConnectionView {
  /** What was entered, or stood before, or is the default. `mode` is `observe` instead of `active` while something in `needs` holds that back. */
  readonly requestedMode: ConnectionMode;
  /** `skipped`: the platform was not asked, and `needs` says nothing. */
  readonly health: 'asked' | 'skipped';
  /** What is wrong or missing, each with its fix. `webhook_missing` and `platform_retries_on` do not hold `active` back. */
  readonly needs: readonly HealthFinding[];
}

/** What a platform last said about a connection. `askedAt` is wall time. */
export interface LastCheck {
  readonly askedAt: Date;
  readonly needs: readonly HealthFinding[];
}

/** Everything about a client that may be shown. `lastCheck`: null where the platform was never asked. */
export interface ClientView extends Client {
  readonly keys: readonly KeyView[];
  readonly gateways: readonly GatewayAccount[];
  readonly connections: readonly (ConnectionView & { readonly lastCheck: LastCheck | null })[];
}

/** Who called. The kind comes from the stored key, never from its prefix. */
export interface Authenticated {
  readonly client: Client;
  readonly keyId: string;
  readonly kind: KeyKind;
}
