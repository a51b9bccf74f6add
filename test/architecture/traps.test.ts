import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { filesBelow, isOfTests, isTypeScript, type SourceFile } from './source-files.js';
import { bare, identifierOf, isNode, literalOf, memberOf, nodesOf } from './syntax.js';

const testers = new Set(['it', 'test', 'describe']);

/** The function a call goes back to: `it` of `it(…)`, `it.each(…)(…)` and `describe.only(…)`. */
const testerOf = (callee: unknown): string | undefined => {
  const node = bare(callee);
  if (node?.type === 'CallExpression') return testerOf(node['callee']);
  return node?.type === 'MemberExpression' && memberOf(node) !== undefined ? testerOf(node['object']) : identifierOf(node);
};

const firstArgument = (node: Readonly<Record<string, unknown>>): unknown => {
  const [first]: readonly unknown[] = Array.isArray(node['arguments']) ? node['arguments'] : [];
  return typeof first === 'object' && first !== null && 'expression' in first ? first.expression : undefined;
};

/** The names of the tests and groups of a test file, with their placeholders. */
const testNames = (text: string): readonly string[] =>
  nodesOf(text).flatMap((node) => {
    const name = node.type === 'CallExpression' && isNode(node['callee']) && testers.has(testerOf(node['callee']) ?? '') ? literalOf(firstArgument(node)) : undefined;
    return name === undefined ? [] : [name];
  });

const placeholder = /%[a-z#%]|\$[\w.]+/i;
const literally = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');

/** Whether a test of a file has this name; where its name has placeholders, what fills them stands in the file too. */
const hasTest = ({ text }: SourceFile, wanted: string): boolean =>
  testNames(text).some((name) => {
    if (name === wanted) return true;
    if (!placeholder.test(name)) return false;
    const filled = new RegExp(`^${name.split(placeholder).map(literally).join('(.+)')}$`).exec(wanted);
    return filled !== null && filled.slice(1).every((part) => text.includes(part));
  });

interface Trap { readonly file: string | undefined; readonly test: string | undefined }

/** Rows of the tables with three columns; the third is a test's name, a file in code marks, or both. */
const trapsIn = (markdown: string): readonly Trap[] =>
  markdown.split('\n').flatMap((line) => {
    const cells = line.split('|').slice(1, -1).map((cell) => cell.trim());
    const last = cells[2];
    if (cells.length !== 3 || last === undefined || last === 'test' || /^-+$/.test(last)) return [];
    const [, file, test] = /^(?:`([^`]+)`(?::\s*|$))?(.*)$/.exec(last) ?? [];
    return [{ file, test: test === '' ? undefined : test }];
  });

/** What is wrong with a row: the name of a test that its folder does not have. */
const faultOf = (trap: Trap, tests: readonly SourceFile[]): string | undefined => {
  const files = trap.file === undefined ? tests : tests.filter(({ path }) => path.endsWith(`/${String(trap.file)}`));
  if (files.length === 0) return `no file ${String(trap.file)}`;
  const { test } = trap;
  return test === undefined || files.some((file) => hasTest(file, test)) ? undefined : `no test "${test}"`;
};

const pages = filesBelow('connectors', (path) => path.endsWith('/traps.md'));

describe.each(pages.map((page) => ({ ...page, folder: dirname(page.path) })))('$path', ({ folder, text }) => {
  const tests = filesBelow(folder, (path) => isTypeScript(path) && isOfTests(path));

  it('has rows, and every row names a test of its folder', () => {
    const traps = trapsIn(text);
    expect(traps).not.toEqual([]);
    expect(traps.map((trap) => faultOf(trap, tests)).filter((fault) => fault !== undefined)).toEqual([]);
  });
});

describe('the check of traps', () => {
  const tests = [{ path: 'connectors/acme/acme.test.ts', text: "describe('traps', () => { it('own deadline', run); it.each(['radar_block'])('tells: %s', run); });" }];
  const page = (cell: string): string => `| trap | where | test |\n|---|---|---|\n| a | b | ${cell} |\n`;

  it('finds a page of traps', () => {
    expect(pages.map(({ path }) => path)).toContain('connectors/stripe-billing/traps.md');
  });

  it.each([
    ['own deadline', undefined],
    ['`acme.test.ts`: own deadline', undefined],
    ['`acme.test.ts`', undefined],
    ['tells: radar_block', undefined],
    ['another deadline', 'no test "another deadline"'],
    ['tells: other_block', 'no test "tells: other_block"'],
    ['`other.test.ts`: own deadline', 'no file other.test.ts'],
  ])('of a row that names %s', (cell, fault) => {
    expect(trapsIn(page(cell)).map((trap) => faultOf(trap, tests))).toEqual([fault]);
  });
});
