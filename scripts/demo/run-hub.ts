import { loadSettings, renderProblems } from '../../core/configuration/index.js';
import { startHub } from '../../core/main.js';
import plugins from '../../plugins.config.js';

const loaded = loadSettings(process.env);
if (!loaded.ok) {
  process.stderr.write(renderProblems(loaded.problems));
  process.exit(1);
}
const { settings } = loaded;
if (settings.mongodbUri === undefined) throw new Error('MONGODB_URI missing');
const hub = await startHub(plugins, { ...settings, mongodbUri: settings.mongodbUri });
process.on('SIGTERM', () => void hub.stop().then(() => process.exit(0)));
process.stdout.write(`${JSON.stringify({ ready: true, url: hub.url, clock: hub.clock })}\n`);
