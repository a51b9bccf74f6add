import { definePlugins } from '../../core/connector-kit/index.js';
import plugins from '../../plugins.config.js';

/** The hub's own plugins, and beside them the gateway that protects nothing. */
export default definePlugins({
  connectors: plugins.connectors,
  gateways: { ...plugins.gateways, unprotected: () => import('../plugins/unprotected-gateway/gateway.js') },
});
