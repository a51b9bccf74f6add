import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { objectionsTo, type Objection } from './planted-tree.js';
import { plantedViolations } from './planted-violations.js';

const ruleNames = z.object({ forbidden: z.array(z.object({ name: z.string() })) })
  .parse(createRequire(import.meta.url)('../../.dependency-cruiser.cjs'))
  .forbidden.map(({ name }) => name);

const running = ['agenda', '@agendajs/mongo-backend', 'awilix', 'express', 'mongodb', 'mongoose', 'pino', 'sdk-of-acme', 'undici'];
const packages = { running, developing: ['fast-check'], unlisted: ['unlisted'] };

const rooms = [
  'api', 'cards', 'cases', 'clients', 'configuration', 'connector-kit', 'declines', 'gateways', 'http-server', 'insights', 'notifications', 'observability',
  'plugin-registry', 'recovery', 'scheduling', 'settlement', 'storage', 'webhook-intake',
];

const importing = (...modules: readonly string[]): string => modules.map((module, at) => `import * as part${at} from '${module}';\n`).join('') + 'export {};\n';
const doors = (...names: readonly string[]): readonly string[] => names.map((name) => `../${name}/index.js`);

/** Everything the rules allow, in small: what is planted stands in this. */
const sound: Readonly<Record<string, string>> = {
  ...Object.fromEntries(rooms.map((room) => [`core/${room}/index.ts`, importing()])),
  'core/main.ts': importing('./container.js', './storage/index.js', './plugin-registry/index.js', './connector-kit/index.js'),
  'core/container.ts': importing('awilix', ...rooms.map((room) => `./${room}/index.js`)),
  'core/http-server/index.ts': importing(...doors('api', 'webhook-intake', 'storage', 'observability')),
  'core/api/index.ts': importing('./merchant/index.js', ...doors('recovery', 'cases', 'clients')),
  'core/api/merchant/index.ts': importing('../fault.js'),
  'core/api/fault.ts': importing(),
  'core/webhook-intake/index.ts': importing(...doors('recovery', 'cases', 'cards', 'plugin-registry', 'scheduling')),
  'core/recovery/index.ts': importing(...doors('cases', 'settlement', 'gateways', 'declines', 'cards', 'notifications', 'clients', 'connector-kit')),
  'core/insights/index.ts': importing(...doors('cases', 'storage')),
  'core/cases/index.ts': importing('./case.model.js', ...doors('scheduling', 'storage', 'connector-kit')),
  'core/cases/case.model.ts': importing('mongoose', '../connector-kit/index.js'),
  'core/cards/index.ts': importing('./card-ledger.js'),
  'core/cards/card-ledger.ts': importing('./card-key.js', '../storage/index.js'),
  'core/cards/card-ledger.test.ts': importing('fast-check', './card-ledger.js', '../http-server/index.js', '../../test/support/database.js'),
  'core/cards/card-key.ts': importing(),
  'core/clients/index.ts': importing('../plugin-registry/index.js', '../configuration/index.js'),
  'core/configuration/index.ts': importing('node:fs', '../storage/index.js'),
  'core/scheduling/index.ts': importing('agenda', '../storage/index.js'),
  'core/connector-kit/index.ts': importing('./money.js', 'node:crypto'),
  'core/connector-kit/money.ts': importing(),
  'core/connector-kit/testing/index.ts': importing('./random.js', 'node:http', 'node:fs'),
  'core/connector-kit/testing/random.ts': importing(),
  'core/plugin-registry/index.ts': importing('undici', 'node:net', '../connector-kit/index.js'),
  'core/storage/storage.test.ts': importing(),
  'connectors/acme/index.ts': importing('./webhook.js', './collection.js', './events.js'),
  'connectors/acme/webhook.ts': importing('../../core/connector-kit/index.js', 'node:crypto'),
  'connectors/acme/collection.ts': importing('sdk-of-acme'),
  'connectors/acme/events.ts': importing(),
  'connectors/acme/facts.ts': importing('./facts-of-cards.js', '../../core/connector-kit/testing/index.js'),
  'connectors/acme/facts-of-cards.ts': importing(),
  'connectors/acme/fake-platform.ts': importing('./fake-platform/ledger.js'),
  'connectors/acme/fake-platform/ledger.ts': importing('node:http', '../facts.js', '../../../core/connector-kit/testing/index.js', 'sdk-of-acme'),
  'connectors/acme/fake-platform/serve.ts': importing('./ledger.js', '../../../core/connector-kit/testing/index.js'),
  'connectors/acme/acme.test.ts': importing('./fake-platform.js', '../../core/plugin-registry/index.js', './bench.test-bench.js', 'node:fs', 'node:net'),
  'connectors/acme/bench.test-bench.ts': importing('./index.js', './fake-platform.js'),
  'connectors/other/index.ts': importing('../../core/connector-kit/index.js'),
  'plugins.config.ts': "import './core/connector-kit/index.js';\nexport default [() => import('./connectors/acme/index.js'), () => import('./connectors/other/index.js')];\n",
  'scripts/hub.ts': importing('../core/main.js', '../plugins.config.js', '../core/configuration/index.js', './embedded-mongo/index.js'),
  'scripts/cli/open-hub.ts': importing('../../core/cases/index.js'),
  'scripts/demo.ts': importing('./demo/stage.js'),
  'scripts/demo/kill-plan.ts': importing('../../core/connector-kit/testing/index.js'),
  'scripts/demo/stage.ts': importing('../../connectors/acme/fake-platform.js', '../../connectors/acme/events.js'),
  'scripts/embedded-mongo/index.ts': importing('./serve.js', 'node:net'),
  'scripts/embedded-mongo/serve.ts': importing('mongodb'),
  'test/support/database.ts': importing('../../scripts/embedded-mongo/index.js', '../../core/storage/index.js'),
  'test/journeys/one.test.ts': importing('../support/database.js', '../../core/main.js', '../../core/cases/index.js', '../../connectors/acme/fake-platform.js'),
};

const spellings = {
  'a plain import': (module: string) => `import '${module}';\n`,
  'a type': (module: string) => `import type { Part } from '${module}';\nexport type Own = Part;\n`,
  'a type among values': (module: string) => `import { type Part } from '${module}';\nexport type Own = Part;\n`,
  'a passed-on name': (module: string) => `export { part } from '${module}';\n`,
  'a passed-on type': (module: string) => `export type { Part } from '${module}';\n`,
  'passing on everything': (module: string) => `export * from '${module}';\n`,
  'passing on every type': (module: string) => `export type * from '${module}';\n`,
  'passing on a namespace': (module: string) => `export * as part from '${module}';\n`,
  'an import at run time': (module: string) => `export const load = async () => { if (load) { return (await import('${module}')).part; } return undefined; };\n`,
  'an import in a class': (module: string) => `export class Loader { #part = () => import('${module}'); load() { return [1].map(() => this.#part()); } }\n`,
  'an import in an object': (module: string) => `export const parts = { one: { load: () => import('${module}') }, ...(parts ?? {}) };\n`,
  'require': (module: string) => `const part = require('${module}');\nexport { part };\n`,
} as const;

const spelt = Object.entries(spellings).map(([spelling, write], at) => ({ spelling, path: `core/recovery/spelling-${at}.ts`, text: write('../../connectors/acme/index.js') }));

const files: Readonly<Record<string, string>> = {
  ...sound,
  ...Object.fromEntries(plantedViolations.map(({ path, imports }) => [path, `${sound[path] ?? ''}import '${imports}';\n`])),
  ...Object.fromEntries(spelt.map(({ path, text }) => [path, text])),
};

const rulesAgainst = (objections: readonly Objection[], path: string): readonly string[] => [...new Set(objections.filter(({ from }) => from === path).map(({ rule }) => rule))].toSorted();

let ofSound: readonly Objection[] = [];
let ofPlanted: readonly Objection[] = [];

beforeAll(async () => {
  [ofSound, ofPlanted] = await Promise.all([objectionsTo(sound, packages), objectionsTo(files, packages)]);
});

describe('the dependency rules', () => {
  it('object to nothing in a sound tree', () => {
    expect(ofSound).toEqual([]);
  });

  it.each(plantedViolations)('object as $rules to $path importing $imports', ({ rules, path }) => {
    expect(rulesAgainst(ofPlanted, path)).toEqual(rules);
  });

  it.each(spelt)('see $spelling', ({ path }) => {
    expect(rulesAgainst(ofPlanted, path)).toEqual(['core-not-to-connectors']);
  });

  it('object to nothing that was not planted', () => {
    const written = new Set([...plantedViolations.map(({ path }) => path), ...spelt.map(({ path }) => path)]);
    expect(ofPlanted.filter(({ from }) => !written.has(from))).toEqual([]);
  });

  it('are each broken by something planted', () => {
    const broken = new Set(plantedViolations.flatMap(({ rules }) => rules));
    expect(ruleNames.filter((name) => !broken.has(name))).toEqual([]);
  });
});
