import { definePlugins } from '../../../core/connector-kit/index.js';

/** The plugin list of a hub that charges at the gateway that protects nothing. */
export default definePlugins({
  connectors: {},
  gateways: { unprotected: () => import('./gateway.js') },
});
