import { describe, expect, it } from '@jest/globals';
import {
  asksContainer, hidesImportInType, importsOnlyTypesFrom, readsEnvironment, startsTimerAtImport, usesGlobalSocket, writesToConsole,
} from './reached-outside.js';
import { filesBelow, isOfTests, isTypeScript } from './source-files.js';

const kit = '../connector-kit/index.js';
const takesMoreThanTypes = (text: string): boolean => !importsOnlyTypesFrom(text, kit);
/** A fake's own process reads its port and clock from its environment. */
const isFakeProcess = (path: string): boolean => /^connectors\/[^/]+\/fake-platform\/serve\.ts$/.test(path);
const isFake = (path: string): boolean => /^connectors\/[^/]+\/fake-platform(\.ts$|\/)/.test(path);

const rules = [
  {
    rule: 'the environment is read by configuration, scripts and tests', breaks: readsEnvironment, folders: ['core', 'connectors'],
    concerns: (path: string) => !path.startsWith('core/configuration/') && !isOfTests(path) && !isFakeProcess(path),
    planted: [
      'const home = process.env.HOME;', "const home = process['env']['HOME'];", 'const { env } = process;', "import { env } from 'node:process';",
      'const home = globalThis.process.env.HOME;', "import { env as around } from 'process';",
    ],
    allowed: ['const env = settings.env;', 'process.exitCode = 1;'],
  },
  {
    rule: 'core and connectors log by what they are handed', breaks: writesToConsole, folders: ['core', 'connectors'], concerns: () => true,
    planted: ["console.log('x');", "globalThis.console.warn('x');", 'const { log } = console;', "import { log } from 'node:console';"],
    allowed: ["logger.warn('x');", "const script = 'console.log(1)';"],
  },
  {
    rule: 'importing a connector starts no timer', breaks: startsTimerAtImport, folders: ['connectors'], concerns: (path: string) => !isOfTests(path),
    planted: ['setInterval(refresh, 1000);', 'const timer = setTimeout(() => {}, 1);', '{ globalThis.setImmediate(refresh); }'],
    allowed: ['const later = () => setTimeout(refresh, 1);', 'export class Poll { start() { setInterval(this.poll, 1); } }'],
  },
  {
    rule: 'a connector has no sockets of its own', breaks: usesGlobalSocket, folders: ['connectors'], concerns: (path: string) => !isOfTests(path) && !isFake(path),
    planted: ["await fetch('https://example.com');", "const socket = new WebSocket('wss://example.com');", 'const get = globalThis.fetch;'],
    allowed: ["await io.fetch('https://example.com');", 'const client = createClient({ fetch: io.fetch });'],
  },
  {
    rule: 'only container.ts asks the container', breaks: asksContainer, folders: ['core', 'scripts'], concerns: (path: string) => path !== 'core/container.ts',
    planted: ["container.resolve('clients');", 'const scope = parts.container.createScope();', "hubContainer?.resolve('vault');"],
    allowed: ['await Promise.resolve();', "const path = resolve('a', 'b');"],
  },
  {
    rule: 'no type hides an import', breaks: hidesImportInType, folders: ['core', 'connectors', 'scripts', 'test'],
    // a leaf until it is rewritten
    concerns: (path: string) => !path.startsWith('scripts/embedded-mongo/'),
    planted: ["type Case = import('../cases/index.js').CaseDocument;"],
    allowed: ["import type { CaseDocument } from '../cases/index.js';", "const load = () => import('./index.js');"],
  },
  {
    rule: 'cases takes nothing but types from the kit', breaks: takesMoreThanTypes, folders: ['core/cases'], concerns: (path: string) => !isOfTests(path),
    planted: [`import { moneyOf } from '${kit}';`, `import { moneyOf, type Money } from '${kit}';`],
    allowed: [`import type { Money } from '${kit}';`, `import { type Money } from '${kit}';`],
  },
];

describe.each(rules)('$rule', ({ breaks, folders, concerns, planted, allowed }) => {
  it('in every file', () => {
    const files = folders.flatMap((folder) => filesBelow(folder, (path) => isTypeScript(path) && concerns(path)));
    expect(files).not.toEqual([]);
    expect(files.filter(({ text }) => breaks(text)).map(({ path }) => path)).toEqual([]);
  });

  it.each(planted)('is broken by %s', (text) => {
    expect(breaks(text)).toBe(true);
  });

  it.each(allowed)('allows %s', (text) => {
    expect(breaks(text)).toBe(false);
  });
});
