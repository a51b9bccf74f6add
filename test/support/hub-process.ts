import { writeSync } from 'node:fs';
import { loadSettings } from '../../core/configuration/index.js';
import type { PluginList } from '../../core/connector-kit/index.js';
import { startHub } from '../../core/main.js';

/**
 * A hub as an OS process of its own whose crash a test decides: at the place named in FAULT_POINT it says so on descriptor 3 and
 * goes no further, so that the test can kill it there from outside. PLUGINS_MODULE names another list of plugins than the hub's own, by its path from here.
 */
const { default: plugins } = (await import(process.env['PLUGINS_MODULE'] ?? '../../plugins.config.js')) as { readonly default: PluginList };
const read = loadSettings(process.env);
if (!read.ok) throw new Error(JSON.stringify(read.problems));
const { settings } = read;
if (settings.mongodbUri === undefined) throw new Error('MONGODB_URI is not set');

const faultPoint = process.env['FAULT_POINT'];
const hub = await startHub(plugins, { ...settings, mongodbUri: settings.mongodbUri }, {
  checkpoint: async (name, caseId) => {
    if (name !== faultPoint) return;
    writeSync(3, `${name} ${caseId}\n`);
    await new Promise(() => undefined);
  },
});
process.on('disconnect', () => { process.exit(0); });
process.on('SIGTERM', () => { hub.stop().then(() => process.exit(0), () => process.exit(1)); });
process.send?.({ ready: true, url: hub.url, scale: hub.clock.scale, origin: hub.clock.origin.toISOString() });
