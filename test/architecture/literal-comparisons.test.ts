import { describe, expect, it } from '@jest/globals';
import { literalComparisons } from './literal-comparisons.js';
import { filesBelow, isOfTests, isTypeScript } from './source-files.js';

describe('core and the ids of plugins', () => {
  it('compares none with a literal', () => {
    const sources = filesBelow('core', (path) => isTypeScript(path) && !isOfTests(path));
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.flatMap(({ path, text }) => literalComparisons(text).map((found) => `${path}: ${found}`))).toEqual([]);
  });

  it.each([
    ["if (connection.connectorId === 'acme') stop();", "connectorId === 'acme'"],
    ["const is = 'acme' !== found.record?.platform;", "platform !== 'acme'"],
    ['const is = system == `acme_advice`;', "system == 'acme_advice'"],
    ["const is = (raw.system as string) === 'acme';", "system === 'acme'"],
    ["const is = record['platform'] === 'acme';", "platform === 'acme'"],
    ["const is = gatewayAccount.type === 'acme';", "gatewayAccount.type === 'acme'"],
    ["const is = issuing.account.type === 'acme';", "account.type === 'acme'"],
    ["switch (pluginId) { case 'acme': stop(); }", "switch (pluginId) case 'acme'"],
    ["const is = ['acme', 'other'].includes(connectorId);", "'acme'.includes(connectorId)"],
    ["const is = new Set(['acme']).has(connectorId);", "'acme'.has(connectorId)"],
    ["const is = row.system.startsWith('acme_');", "system.startsWith('acme_')"],
    ['const is = /^acme/.test(platform);', "'/^acme/'.test(platform)"],
    ['const fee = { acme: 1 }[platform];', '{…}[platform]'],
  ])('would be told of %s', (planted, found) => {
    expect(literalComparisons(planted)).toEqual([found]);
  });

  it.each([
    "if (error.code === 'platform_down') wait();",
    'if (record.platform === connection.platform) stop();',
    "const windows = process.platform === 'win32';",
    "if (event.type === 'payment_reversed') stop();",
    'const table = tables.get(system);',
    "const note = { gateway: 'any' };",
    "switch (route.kind) { case 'platform': stop(); }",
  ])('may say %s', (allowed) => {
    expect(literalComparisons(allowed)).toEqual([]);
  });
});
