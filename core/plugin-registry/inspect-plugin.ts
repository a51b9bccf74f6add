import { CONTRACT_VERSION, type ConnectorDefinition, type GatewayDefinition } from '../connector-kit/index.js';
import { looseMembers } from './loose-members.js';
import type { PluginProblem, PluginProblemCode } from './plugin-problem.js';

/** Which plugin is inspected, and where it stands. */
export interface PluginPlace {
  readonly kind: 'connector' | 'gateway';
  readonly pluginId: string;
  readonly where: string;
}

/** The definitions, their config types forgotten. */
export type AnyDefinition =
  | { readonly kind: 'connector'; readonly definition: ConnectorDefinition<unknown, unknown> }
  | { readonly kind: 'gateway'; readonly definition: GatewayDefinition<unknown, unknown> };

type Told = (code: PluginProblemCode, found: string, expected: string, fix: string) => PluginProblem;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const REQUIRED = {
  connector: {
    texts: ['displayName', 'contract'],
    methods: ['mode', 'hosts', 'limits', 'open', 'checkHealth', 'webhook.verify', 'webhook.parse', 'invoices.read'],
    parts: ['paymentMethods.mode', 'dunning.mode', 'settlement.mode'],
  },
  gateway: {
    texts: ['displayName', 'contract'],
    methods: ['mode', 'hosts', 'limits', 'accepts', 'open', 'protection', 'charge', 'find', 'refund', 'checkHealth'],
    parts: [],
  },
} as const;

const at = (definition: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, member) => (isRecord(value) ? value[member] : undefined), definition);

const nameOf = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
};

const missingParts = (definition: unknown, kind: 'connector' | 'gateway', told: Told): PluginProblem[] => {
  const required = REQUIRED[kind];
  const wanted = [
    ...[...required.texts, ...required.parts].map((path) => ({ path, type: 'string', expected: 'a text' })),
    ...required.methods.map((path) => ({ path, type: 'function', expected: 'a method' })),
  ];
  return wanted
    .filter(({ path, type }) => typeof at(definition, path) !== type)
    .map(({ path, expected }) =>
      told(
        'HUB_PLUGIN_PART_MISSING',
        `${path} is ${nameOf(at(definition, path))}`,
        `${path}: ${expected}`,
        `add ${path} to define${kind === 'connector' ? 'Connector' : 'Gateway'}({...}); the compiler names what it must be`,
      ),
    );
};

const configProblems = (schema: unknown, told: Told): PluginProblem[] => {
  const loose = looseMembers(schema);
  if (loose === 'not_an_object') {
    return [
      told(
        'HUB_PLUGIN_CONFIG_LOOSE',
        'configSchema is not an object schema',
        'configSchema: z.strictObject({...})',
        'wrap the settings in z.strictObject({...}), so that a misspelt setting is refused',
      ),
    ];
  }
  return loose.map((path) => {
    const place = path === '' ? 'configSchema' : `configSchema member ${path}`;
    return told(
      'HUB_PLUGIN_CONFIG_LOOSE',
      `${place} accepts unknown keys`,
      `${place}: z.strictObject({...})`,
      'replace z.object or z.looseObject by z.strictObject, so that a misspelt setting is refused',
    );
  });
};

/** Same minor while `0.x`; afterwards the same major and no newer minor. */
const contractFits = (stated: string): boolean => {
  const [wanted, ours] = [stated, CONTRACT_VERSION].map((version) => /^(\d+)\.(\d+)(?:\.\d+)?$/.exec(version));
  if (!wanted || !ours) return false;
  const [major, minor] = [Number(wanted[1]), Number(wanted[2])];
  return major === Number(ours[1]) && (major === 0 ? minor === Number(ours[2]) : minor <= Number(ours[2]));
};

/** Looks a loaded module over. Returns its definition, or everything that is wrong with it. */
export const inspectPlugin = (place: PluginPlace, module: unknown): AnyDefinition | readonly PluginProblem[] => {
  const { kind, pluginId } = place;
  const told: Told = (code, found, expected, fix) => ({ code, ...place, found, expected, fix });
  const maker = kind === 'connector' ? 'defineConnector' : 'defineGateway';
  const definition = isRecord(module) ? module[kind] : undefined;
  if (!isRecord(definition)) {
    const exported = isRecord(module) ? Object.keys(module).sort().join(', ') : '';
    const found =
      definition === undefined
        ? `the module exports ${exported === '' ? 'nothing' : exported}`
        : `its export ${kind} is ${nameOf(definition)}`;
    return [
      told('HUB_PLUGIN_NOT_DEFINED', found, `an export named ${kind}`, `export const ${kind} = ${maker}({ id: '${pluginId}', ... })`),
    ];
  }
  const problems = [
    ...(definition['id'] === pluginId
      ? []
      : [
          told(
            'HUB_PLUGIN_ID_MISMATCH',
            `id ${JSON.stringify(definition['id'] ?? null)}`,
            `id ${JSON.stringify(pluginId)}, its key in the plugin list`,
            'make the id and the key equal; the key is also the slug of its webhook URLs',
          ),
        ]),
    ...(typeof definition['contract'] !== 'string' || contractFits(definition['contract'])
      ? []
      : [
          told(
            'HUB_PLUGIN_CONTRACT_MISMATCH',
            `contract ${JSON.stringify(definition['contract'])}`,
            `contract ${JSON.stringify(CONTRACT_VERSION)}`,
            `bring the plugin to contract ${CONTRACT_VERSION} and state it with CONTRACT_VERSION from the connector kit`,
          ),
        ]),
    ...missingParts(definition, kind, told),
    ...configProblems(definition['configSchema'], told),
  ];
  if (problems.length > 0) return problems;
  // Shape checked above as far as it can be; what a method does wrong is caught by the guard when it is called.
  return { kind, definition } as unknown as AnyDefinition;
};
