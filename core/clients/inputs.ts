import { z } from 'zod';
import type { ClientSettingsInput } from './client-settings.js';
import { oneOf, textUpTo } from './expectations.js';

const credentials = z.record(z.string(), z.unknown(), { error: 'an object' });

/** A gateway as a person enters it. With `gatewayAccountId` it is the account the client has; its credentials are then replaced if given. */
export const gatewayInput = z.strictObject({
  type: textUpTo(64),
  credentials: credentials.optional(),
  gatewayAccountId: textUpTo(64).optional(),
}, { error: 'an object with type and credentials' });
export interface GatewayInput {
  readonly type: string;
  readonly credentials?: Readonly<Record<string, unknown>> | undefined;
  readonly gatewayAccountId?: string | undefined;
}

/** A connection as a person enters it. Options that are not the hub's go to the plugin. */
export const connectionInput = z.strictObject({
  mode: oneOf(['observe', 'schedule_only', 'active']).optional(),
  credentials: credentials.optional(),
  options: z.record(z.string(), z.unknown(), { error: 'an object' }).optional(),
  platformAccountRef: textUpTo(128).optional(),
  gatewayMap: z.record(z.string(), z.unknown(), { error: 'an object' }).optional(),
}, { error: 'an object' });
export interface ConnectionInput {
  /** Required on live clients; `active` on test clients when left out. */
  readonly mode?: 'observe' | 'schedule_only' | 'active' | undefined;
  /** Required for a new connection; left out, those stored stay. */
  readonly credentials?: Readonly<Record<string, unknown>> | undefined;
  /** Each on its own: those left out stay, null puts one back to its default. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** The platform's id of the account, where it is known: it has one connection in the whole hub. */
  readonly platformAccountRef?: string | undefined;
  /** `options.gatewayMap` alone: all other options stay as they are. */
  readonly gatewayMap?: Readonly<Record<string, unknown>> | undefined;
}

/** A new client. Members beyond these are its settings. */
export const createClientInput = z.looseObject({
  businessName: textUpTo(200),
  mode: oneOf(['test', 'live']).optional(),
  gateways: z.array(gatewayInput, { error: 'a list' }).max(10, { error: 'a list of at most 10' }).optional(),
}, { error: 'an object' });
export type CreateClientInput = ClientSettingsInput & {
  readonly businessName: string;
  /** Where left out, that of the primary gateway. */
  readonly mode?: 'test' | 'live' | undefined;
  readonly gateways?: readonly GatewayInput[] | undefined;
};
