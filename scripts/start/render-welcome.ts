import { listenUrl, productionRequirements, type Settings } from '../../core/configuration/index.js';
import { createClientCommand } from './create-client-command.js';

/** What is said once, when the hub works for the first time. */
export interface Welcome {
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  /** Where the core says it listens; null in role `worker`. */
  readonly url: string | null;
  /** The directory of the clone. */
  readonly root: string;
  /** Marks a heading; leaves it as it is where the output is no terminal. */
  readonly strong: (text: string) => string;
}

/** Sets out, for a person: where the hub listens, where its data is, how to create a client, how to point it at MongoDB. */
export const renderWelcome = (welcome: Welcome): string => {
  const { settings, strong } = welcome;
  const address = welcome.url === null ? undefined : reachable(welcome.url);
  const sections = [
    `${strong('Recovery Hub is running')} in ${settings.env}.${settings.env === 'production' ? '' : ' Only test clients: live money moves only in production.'}`,
    columns(placesOf(settings, address)),
    clientSection(welcome, address),
    ...(settings.mongodbUri === undefined ? [mongodbSection(strong)] : []),
  ];
  return `\n${sections.map((section) => `${indented(section, 2)}\n`).join('\n')}\n`;
};

const reachable = (url: string): string => {
  const { hostname, port } = new URL(url);
  return listenUrl(hostname.replace(/^\[|\]$/g, ''), Number(port === '' ? 80 : port));
};

const placesOf = (settings: Settings, address: string | undefined): readonly Row[] => {
  const { host, env, mongodbUri, dataDir } = settings;
  const everywhere = host === '0.0.0.0' || host === '::' ? '  (on every interface)' : '';
  return [
    row('Address', address === undefined ? 'none: HUB_ROLE=worker serves no requests' : `${address}${everywhere}`),
    ...(address === undefined ? [] : [row('Health', `${address}/healthz`)]),
    ...(env === 'production' ? [row('Public address', settings.publicUrl)] : []),
    mongodbUri === undefined
      ? row('Data directory', `${dataDir}  (embedded database and generated secrets)`)
      : row('Database', `${placeOf(mongodbUri)}  (from MONGODB_URI)`),
    ...(mongodbUri !== undefined && env !== 'production' ? [row('Data directory', `${dataDir}  (generated secrets)`)] : []),
    row('Log', 'JSON lines on standard output; HUB_LOG_LEVEL=debug tells more'),
    row('Stop', `Ctrl-C; what is in hand is finished first, for ${String(settings.shutdownSeconds)} s at most`),
  ];
};

/** Servers and name of the database: user, password and options stay unsaid. */
const placeOf = (uri: string): string => {
  const [, servers = '', database = ''] = /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?([^/?]*)\/?([^?]*)/.exec(uri) ?? [];
  return decodeURIComponent(database === '' ? servers : `${servers}/${database}`);
};

const clientSection = ({ settings, env, root, strong }: Welcome, address: string | undefined): string => {
  const { command, needsSameSettings } = createClientCommand({ settings, env, address, root });
  const where = `in a second terminal, in ${root}${needsSameSettings ? ', with the same settings as here' : ''}`;
  return [
    `${strong('Create a test client')} ${where}:`,
    '',
    `    ${command}`,
    '',
    'It prints the keys of the client once. With --webhook-url <url> instead of --no-webhook the client is sent events.',
  ].join('\n');
};

const mongodbSection = (strong: (text: string) => string): string => [
  `${strong('Use your own MongoDB')}: stop the hub, set these, start it again. With MONGODB_URI it runs in production,`,
  'where nothing is generated and nothing defaulted that protects money or data: all are required.',
  '',
  indented(columns(productionRequirements.map(({ variable, meaning }) => ({ name: variable, lines: wrapped(meaning) }))), 4),
  '',
  ...productionRequirements.map(({ variable, example }) => `    export ${variable}=${example}`),
  '    npm start',
  '',
  'The first two are examples. The two secrets are made by these commands: keep what they made, and',
  'set the same at every later start. What is in the data directory is not copied to MongoDB.',
].join('\n');

interface Row {
  readonly name: string;
  readonly lines: readonly string[];
}

const row = (name: string, text: string): Row => ({ name, lines: [text] });

const columns = (rows: readonly Row[]): string => {
  const width = Math.max(...rows.map(({ name }) => name.length)) + 2;
  return rows.map(({ name, lines }) => `${name.padEnd(width)}${lines.join(`\n${' '.repeat(width)}`)}`).join('\n');
};

const MEANING_WIDTH = 70;

const wrapped = (text: string): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= MEANING_WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

const indented = (text: string, by: number): string => text.split('\n').map((line) => (line === '' ? '' : `${' '.repeat(by)}${line}`)).join('\n');
