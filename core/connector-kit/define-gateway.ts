import type { GatewayDefinition } from './contract.js';

/** Declares a gateway; the identity function gives every part its type. */
export const defineGateway = <C, S = undefined>(definition: GatewayDefinition<C, S>): GatewayDefinition<C, S> => definition;
