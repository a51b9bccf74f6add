import { definePlugins } from './core/connector-kit/index.js';

/** The only list of plugins: one line each. A key is the plugin's id and the slug of its webhook URLs. */
export default definePlugins({
  connectors: {
    chargebee: () => import('./connectors/chargebee/index.js'),
    'stripe-billing': () => import('./connectors/stripe-billing/index.js'),
  },
  gateways: {
    stripe: () => import('./connectors/stripe-billing/index.js'),
    test: () => import('./connectors/test/index.js'),
  },
});
