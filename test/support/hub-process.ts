import { writeSync } from 'node:fs';
import { loadSettings } from '../../core/configuration/index.js';
import type { PluginList } from '../../core/connector-kit/index.js';
import { startHub } from '../../core/main.js';

/**
 * A hub as an OS process of its own whose crash a test decides: at the place named in FAULT_POINT it says so on descriptor 3 and
 * goes no further, so that the test can kill it there from outside. PLUGINS_MODULE names another list of plugins than the hub's own, by its path from here.
 * A place may also be named later, by the message `{ arm: <place> }`; `{ go: true }` lets the process go on and pass every place from then on.
 */
const { default: plugins } = (await import(process.env['PLUGINS_MODULE'] ?? '../../plugins.config.js')) as { readonly default: PluginList };
const read = loadSettings(process.env);
if (!read.ok) throw new Error(JSON.stringify(read.problems));
const { settings } = read;
if (settings.mongodbUri === undefined) throw new Error('MONGODB_URI is not set');

let faultPoint = process.env['FAULT_POINT'];
let waiting: (() => void)[] = [];
process.on('message', (message: { readonly arm?: string; readonly go?: true }) => {
  faultPoint = message.arm;
  if (!message.go) return;
  for (const goOn of waiting) goOn();
  waiting = [];
});

const hub = await startHub(plugins, { ...settings, mongodbUri: settings.mongodbUri }, {
  checkpoint: async (name, documentId) => {
    if (name !== faultPoint) return;
    writeSync(3, `${name} ${documentId}\n`);
    await new Promise<void>((resolve) => { waiting.push(resolve); });
  },
});
process.on('disconnect', () => { process.exit(0); });
process.on('SIGTERM', () => { hub.stop().then(() => process.exit(0), () => process.exit(1)); });
process.send?.({ ready: true, url: hub.url, scale: hub.clock.scale, origin: hub.clock.origin.toISOString() });
