import { describe, expect, it } from '@jest/globals';
import { filesBelow, foldersIn, type SourceFile } from './source-files.js';

const lineLimit = 300;
const isCode = (path: string): boolean => /\.(ts|mjs|cjs|js)$/.test(path);

const tooLong = (files: readonly SourceFile[]): readonly string[] =>
  files.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    return lines > lineLimit ? [`${path} has ${lines} lines`] : [];
  });

const vague = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'services', 'service', 'lib', 'src', 'misc']);
const vagueSuffix = /(^|-)(manager|helper|helpers|util|utils|base|impl)\.ts$/;

const vaguelyNamed = (path: string): boolean => path.split('/').some((name) => vague.has(name.replace(/\.[a-z.]+$/, ''))) || vagueSuffix.test(path);

const kebabCase = /^[a-z0-9]+([.-][a-z0-9]+)*$/;
const badlySpelt = (path: string): boolean => !path.split('/').every((name) => kebabCase.test(name));

/** A home folder or a build machine's workspace, as nothing that is committed should name. */
const machinePath = /(?<![\w.~-])\/(?:home\/[\w.-]+|Users\/[\w.-]+|root|work|workspace|builds)\/[\w.-]/;
const namesMachine = (text: string): boolean => machinePath.test(text);

const topLevel = new Set(['core', 'connectors', 'scripts', 'test', '.ci']);

/** The lines of text in the comment a door begins with. */
const headerOf = (text: string): readonly string[] => {
  const comment = /^\/\*\*\n((?: \* .*\n)+) \*\//.exec(text)?.[1] ?? '';
  return comment.split('\n').filter((line) => line.length > 0);
};

const faultOfDoor = (text: string): string | undefined => {
  const header = headerOf(text);
  if (header.length !== 3) return `its header has ${header.length} lines, not 3`;
  const words = header.join(' ');
  if (!/\bPromises\b/i.test(words)) return 'its header does not say what it promises';
  return /\bMust not know\b/i.test(words) ? undefined : 'its header does not say what it must not know';
};

describe('the layout', () => {
  const code = ['core', 'connectors', 'scripts', 'test'].flatMap((folder) => filesBelow(folder, isCode));

  it('has the fixed top level', () => {
    expect(foldersIn('').filter((name) => !topLevel.has(name))).toEqual([]);
  });

  it(`has no file over ${lineLimit} lines, the embedded database apart`, () => {
    expect(tooLong(code.filter(({ path }) => !path.startsWith('scripts/embedded-mongo/')))).toEqual([]);
    expect(tooLong([{ path: 'a.ts', text: 'x\n'.repeat(300) }, { path: 'b.ts', text: 'x\n'.repeat(301) }])).toEqual(['b.ts has 301 lines']);
  });

  it('has no vague names', () => {
    expect(code.map(({ path }) => path).filter(vaguelyNamed)).toEqual([]);
    expect(['core/utils/money.ts', 'core/cards/helpers.ts', 'core/lib/index.ts', 'core/cards/card-manager.ts', 'core/cards/card-ledger.ts'].filter(vaguelyNamed))
      .toEqual(['core/utils/money.ts', 'core/cards/helpers.ts', 'core/lib/index.ts', 'core/cards/card-manager.ts']);
  });

  it('spells its files in kebab case', () => {
    expect(code.map(({ path }) => path).filter(badlySpelt)).toEqual([]);
    expect(['core/cards/cardLedger.ts', 'core/Cards/ledger.ts', 'core/cards/card-ledger.test.ts'].filter(badlySpelt)).toEqual(['core/cards/cardLedger.ts', 'core/Cards/ledger.ts']);
  });

  it('names no path of a machine', () => {
    const files = filesBelow('', (path) => /\.(ts|mjs|cjs|js|json|md|sh|yml)$|^\.[a-z]+rc|^\.ci\//.test(path));
    expect(files.filter(({ text }) => namesMachine(text)).map(({ path }) => path)).toEqual([]);
    // in parts, so that this file names none either
    const below = (...names: readonly string[]): string => ['', ...names].join('/');
    const named = [`'${below('home', 'ada', 'hub', 'x')}'`, `cd ${below('work', 'main')}`, `see ${below('root', 'notes')}`, `(${below('Users', 'ada', 'hub')})`];
    expect(named.filter((text) => !namesMachine(text))).toEqual([]);
    expect(['https://example.com/work/1', './work/main', `insides at ${below('home', 'x')}`].filter(namesMachine)).toEqual([]);
  });
});

describe('the doors', () => {
  it.each(foldersIn('core'))('of %s says in three lines what the room is for, promises and must not know', (room) => {
    const [door] = filesBelow(`core/${room}`, (path) => path === `core/${room}/index.ts`);
    expect(door && faultOfDoor(door.text)).toBeUndefined();
    expect(door).toBeDefined();
  });

  it.each([
    ["export * from './cards.js';\n", 'its header has 0 lines, not 3'],
    ['/**\n * cards: a ledger.\n */\n', 'its header has 1 lines, not 3'],
    ['/**\n * cards: a ledger.\n * Keeps tries.\n * Must not know cases.\n */\n', 'its header does not say what it promises'],
    ['/**\n * cards: a ledger.\n * Promises tries.\n * Knows little.\n */\n', 'its header does not say what it must not know'],
  ])('would be told of %j', (planted, fault) => {
    expect(faultOfDoor(planted)).toBe(fault);
  });
});
