import { definePlugins } from '../../../core/connector-kit/index.js';

/** One plugin for each fault, and one that is sound. */
export default definePlugins({
  connectors: {
    'throws-on-import': () => import('./throws-on-import.js'),
    'exports-a-factory': () => import('./exports-a-factory.js'),
    'loose-config': () => import('./loose-config.js'),
    'never-ready': () => import('./never-ready.js'),
    'sample-billing': async () => ({ connector: (await import('../sample-connector.js')).sampleConnector() }),
  },
  gateways: {
    'exports-something-else': () => import('./exports-something-else.js'),
    'shapeless-config': () => import('./shapeless-config.js'),
    'many-faults': () => import('./many-faults.js'),
  },
});
