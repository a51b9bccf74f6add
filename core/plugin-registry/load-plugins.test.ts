import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { PluginList } from '../connector-kit/index.js';
import badPlugins from '../../test/plugins/bad-plugins/index.js';
import { sampleConnector } from '../../test/plugins/sample-connector.js';
import { sampleGateway } from '../../test/plugins/sample-gateway.js';
import { loadPlugins, PluginLoadError } from './index.js';

const options = { wallNow: () => new Date(), loadTimeoutMs: 1000 };

const problemsOf = async (plugins: PluginList) => {
  try {
    await loadPlugins(plugins, options);
  } catch (error) {
    if (error instanceof PluginLoadError) return error;
    throw error;
  }
  throw new Error('They loaded.');
};

const FOLDER = `The plugins could not be loaded: 11 problems.
HUB_PLUGIN_IMPORT_FAILED connector throws-on-import (plugin list connectors['throws-on-import'], file ./throws-on-import.js)
  found:    RangeError: the table of currencies is empty
  expected: a module that can be imported
  fix:      mend what the error names (it is the cause of this one), or take the line out of the plugin list
HUB_PLUGIN_NOT_DEFINED connector exports-a-factory (plugin list connectors['exports-a-factory'], file ./exports-a-factory.js)
  found:    its export connector is a function
  expected: an export named connector
  fix:      export const connector = defineConnector({ id: 'exports-a-factory', ... })
HUB_PLUGIN_CONFIG_LOOSE connector loose-config (plugin list connectors['loose-config'], file ./loose-config.js)
  found:    configSchema accepts unknown keys
  expected: configSchema: z.strictObject({...})
  fix:      replace z.object or z.looseObject by z.strictObject, so that a misspelt setting is refused
HUB_PLUGIN_CONFIG_LOOSE connector loose-config (plugin list connectors['loose-config'], file ./loose-config.js)
  found:    configSchema member gateways.account accepts unknown keys
  expected: configSchema member gateways.account: z.strictObject({...})
  fix:      replace z.object or z.looseObject by z.strictObject, so that a misspelt setting is refused
HUB_PLUGIN_LOAD_TIMEOUT connector never-ready (plugin list connectors['never-ready'], file ./never-ready.js)
  found:    still loading after 1000 ms
  expected: a module that loads at once
  fix:      move work at import time (top-level await, network, large files) into open()
HUB_PLUGIN_NOT_DEFINED gateway exports-something-else (plugin list gateways['exports-something-else'], file ./exports-something-else.js)
  found:    the module exports default, plugin
  expected: an export named gateway
  fix:      export const gateway = defineGateway({ id: 'exports-something-else', ... })
HUB_PLUGIN_CONFIG_LOOSE gateway shapeless-config (plugin list gateways['shapeless-config'], file ./shapeless-config.js)
  found:    configSchema is not an object schema
  expected: configSchema: z.strictObject({...})
  fix:      wrap the settings in z.strictObject({...}), so that a misspelt setting is refused
HUB_PLUGIN_ID_MISMATCH gateway many-faults (plugin list gateways['many-faults'], file ./many-faults.js)
  found:    id "another-name"
  expected: id "many-faults", its key in the plugin list
  fix:      make the id and the key equal; the key is also the slug of its webhook URLs
HUB_PLUGIN_CONTRACT_MISMATCH gateway many-faults (plugin list gateways['many-faults'], file ./many-faults.js)
  found:    contract "0.9.0"
  expected: contract "0.1.0"
  fix:      bring the plugin to contract 0.1.0 and state it with CONTRACT_VERSION from the connector kit
HUB_PLUGIN_PART_MISSING gateway many-faults (plugin list gateways['many-faults'], file ./many-faults.js)
  found:    limits is an object
  expected: limits: a method
  fix:      add limits to defineGateway({...}); the compiler names what it must be
HUB_PLUGIN_PART_MISSING gateway many-faults (plugin list gateways['many-faults'], file ./many-faults.js)
  found:    refund is nothing
  expected: refund: a method
  fix:      add refund to defineGateway({...}); the compiler names what it must be`;

describe('a folder of bad plugins', () => {
  test('is refused with every problem of every plugin, word for word', async () => {
    const error = await problemsOf(badPlugins);
    expect(error.message).toBe(FOLDER);
    expect(error.problems).toHaveLength(11);
  });

  test('keeps the original error as cause', async () => {
    const error = await problemsOf(badPlugins);
    expect(error.errors).toMatchObject([{ name: 'RangeError', message: 'the table of currencies is empty' }]);
    expect(error.problems[0]?.cause).toBe(error.errors[0]);
  });

  test('is waited for only once: all load at the same time', async () => {
    const slow = () => new Promise<unknown>((resolve) => setTimeout(() => resolve({}), 200));
    const began = Date.now();
    await problemsOf({ connectors: Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`slow-${String(n)}`, slow])), gateways: {} });
    expect(Date.now() - began).toBeLessThan(1000);
  });

  test('marked for quarantine, starts without the bad ones and says which they are', async () => {
    const quarantined = (entries: PluginList['connectors']) =>
      Object.fromEntries(
        Object.entries(entries).map(([id, entry]) => [
          id,
          { load: typeof entry === 'function' ? entry : entry.load, onLoadFailure: 'quarantine' as const },
        ]),
      );
    const registry = await loadPlugins(
      { connectors: quarantined(badPlugins.connectors), gateways: quarantined(badPlugins.gateways) },
      options,
    );
    expect(registry.connectorIds()).toStrictEqual(['sample-billing']);
    expect(registry.gatewayIds()).toStrictEqual([]);
    expect(registry.connector('loose-config')).toBeUndefined();
    expect(registry.quarantined().map(({ kind, pluginId, problems }) => `${kind} ${pluginId} ${String(problems.length)}`)).toStrictEqual([
      'connector throws-on-import 1',
      'connector exports-a-factory 1',
      'connector loose-config 2',
      'connector never-ready 1',
      'gateway exports-something-else 1',
      'gateway shapeless-config 1',
      'gateway many-faults 4',
    ]);
  });

  test('one bad plugin is one problem', async () => {
    const error = await problemsOf({ connectors: {}, gateways: { empty: async () => ({}) } });
    expect(error.message).toBe(
      [
        'The plugins could not be loaded: 1 problem.',
        "HUB_PLUGIN_NOT_DEFINED gateway empty (plugin list gateways['empty'])",
        '  found:    the module exports nothing',
        '  expected: an export named gateway',
        "  fix:      export const gateway = defineGateway({ id: 'empty', ... })",
      ].join('\n'),
    );
  });
});

describe('a config schema', () => {
  const strict = z.strictObject({ a: z.string() });
  const codesOf = async (configSchema: unknown) => {
    const gateway = { ...sampleGateway(), configSchema };
    try {
      await loadPlugins({ connectors: {}, gateways: { sample: async () => ({ gateway }) } }, options);
      return [];
    } catch (error) {
      return error instanceof PluginLoadError ? error.problems.map(({ code, found }) => `${code} ${found}`) : [String(error)];
    }
  };

  test.each([
    ['refined', strict.refine(() => true)],
    ['transformed', strict.transform((config) => config)],
    ['preprocessed', z.preprocess((entered) => entered, strict)],
    ['a union', z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('a') }), z.strictObject({ kind: z.literal('b') })])],
    ['read-only', strict.readonly()],
    ['with a strict member', z.strictObject({ inner: strict.optional(), list: z.array(strict).default([]), lazy: z.lazy(() => strict) })],
  ])('that is strict and %s is accepted', async (_, schema) => {
    expect(await codesOf(schema)).toStrictEqual([]);
  });

  test.each([
    ['plain', z.object({}), 'configSchema accepts unknown keys'],
    ['open through a catchall', z.strictObject({}).catchall(z.string()), 'configSchema accepts unknown keys'],
    ['loose behind a transformation', z.object({}).transform((config) => config), 'configSchema accepts unknown keys'],
    ['loose in one branch', z.union([strict, z.object({ b: z.string() })]), 'configSchema accepts unknown keys'],
    ['loose in an optional member', z.strictObject({ inner: z.object({}).optional() }), 'configSchema member inner accepts unknown keys'],
    ['loose behind lazy', z.strictObject({ inner: z.lazy(() => z.object({})) }), 'configSchema member inner accepts unknown keys'],
    ['a record', z.record(z.string(), z.string()), 'configSchema is not an object schema'],
    ['anything', z.unknown(), 'configSchema is not an object schema'],
    ['no schema', undefined, 'configSchema is not an object schema'],
    ['a lookalike', { parse: () => ({}) }, 'configSchema is not an object schema'],
  ])('that is %s is refused', async (_, schema, found) => {
    expect(await codesOf(schema)).toStrictEqual([`HUB_PLUGIN_CONFIG_LOOSE ${found}`]);
  });
});

describe('the facts of a loaded plugin', () => {
  test('are derived from its parts and modes', async () => {
    const registry = await loadPlugins(
      {
        connectors: { 'sample-billing': async () => ({ connector: sampleConnector() }) },
        gateways: { sample: async () => ({ gateway: sampleGateway() }) },
      },
      options,
    );
    expect(registry.connector('sample-billing')).toMatchObject({
      id: 'sample-billing',
      displayName: 'Sample Billing',
      capabilities: {
        understandsPointers: false,
        paymentMethods: 'held_by_platform',
        dunning: 'harmless',
        settlement: 'platform_detects',
        reversesSettlements: false,
        collects: true,
        listsFailures: false,
        setsUpWebhooks: false,
      },
    });
    expect(registry.gateway('sample')?.capabilities).toStrictEqual({ prepares: false, revokes: false, receivesWebhooks: false });
    expect(registry.connector('sample')).toBeUndefined();
    const connection = { connectionId: 'c', clientId: 'm', mode: 'test' as const, config: {} };
    expect(() => registry.useConnector('sample', connection, { connectionMode: 'active', revision: '1' })).toThrow(
      'There is no connector "sample"; loaded: sample-billing. Add it to plugins.config.ts.',
    );
  });

  test('parse a config, or say what is wrong without repeating a value', async () => {
    const schema = z.strictObject({
      apiKey: z
        .string()
        .refine((key) => key.startsWith('sk_'), { error: (issue) => `the key ${String(issue.input)} does not begin with sk_` }),
      region: z.enum(['eu', 'us']),
      accounts: z.array(z.strictObject({ id: z.int() })),
    });
    const registry = await loadPlugins(
      { connectors: {}, gateways: { sample: async () => ({ gateway: { ...sampleGateway(), configSchema: schema } }) } },
      options,
    );
    const gateway = registry.gateway('sample');
    expect(gateway?.parseConfig({ apiKey: 'sk_1', region: 'eu', accounts: [] })).toStrictEqual({
      ok: true,
      config: { apiKey: 'sk_1', region: 'eu', accounts: [] },
    });
    expect(
      gateway?.parseConfig({ apiKey: 'pk_live_whoops', region: 'mars-1', accounts: [{ id: 'hidden-id' }], apikey: 'sk_1' }),
    ).toStrictEqual({
      ok: false,
      problems: [
        { path: 'apiKey', message: 'the key [value] does not begin with sk_' },
        { path: 'region', message: 'Invalid option: expected one of "eu"|"us"' },
        { path: 'accounts[0].id', message: 'Invalid input: expected number, received string' },
        { path: '', message: 'Unrecognized key: "apikey"' },
      ],
    });
    for (const entered of [undefined, null, 'sk_live_pasted', []]) {
      const parsed = gateway?.parseConfig(entered);
      expect(parsed).toMatchObject({ ok: false, problems: [{ path: '' }] });
      expect(JSON.stringify(parsed)).not.toContain('sk_live_pasted');
    }
  });
});
