import type { ConnectorDefinition } from './contract.js';

/** Declares a connector; the identity function gives every part its type. */
export const defineConnector = <C, S = undefined>(definition: ConnectorDefinition<C, S>): ConnectorDefinition<C, S> => definition;
