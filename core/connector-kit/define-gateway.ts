import type { GatewayDefinition } from './gateway.js';

/** Declares a gateway. Gives every member its type; returns the definition as it is. A module exports it as `gateway`. */
export const defineGateway = <C, S = undefined>(definition: GatewayDefinition<C, S>): GatewayDefinition<C, S> => definition;
