import type { ConnectorDefinition } from './connector.js';

/**
 * Declares a connector. Gives every part its type; returns the definition as it is. A module exports it as `connector`.
 *
 * @example
 * export const connector = defineConnector({
 *   id: 'example',
 *   displayName: 'Example Billing',
 *   contract: CONTRACT_VERSION,
 *   configSchema: z.strictObject({ apiKey: secret() }),
 *   open: ({ config }, io) => openExample(config, io),
 *   // ... the other members of ConnectorDefinition
 * });
 */
export const defineConnector = <C, S = undefined>(definition: ConnectorDefinition<C, S>): ConnectorDefinition<C, S> => definition;
