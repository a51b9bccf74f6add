import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A file of the project: its path from the top with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The top of the project. */
export const root = join(import.meta.dirname, '../..');

/** What is installed, built or run, and not written. */
const notWritten = new Set(['node_modules', 'dist', 'coverage', '.git', '.recovery-hub', '.demo', '.bench', '.prove']);

const inFolder = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (notWritten.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? inFolder(path) : entry.isFile() ? [path] : [];
  });

/** Every written file below a folder of the project whose path passes; `''` is the top. */
export const filesBelow = (folder: string, passes: (path: string) => boolean): readonly SourceFile[] =>
  inFolder(join(root, folder))
    .map((path) => ({ absolute: path, path: relative(root, path).split(sep).join('/') }))
    .filter(({ path }) => passes(path))
    .map(({ absolute, path }) => ({ path, text: readFileSync(absolute, 'utf8') }));

/** The names of the folders directly in a folder of the project. */
export const foldersIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !notWritten.has(entry.name))
    .map((entry) => entry.name);

export const isTypeScript = (path: string): boolean => path.endsWith('.ts');

/** A test, or what only tests beside the code use. */
export const isOfTests = (path: string): boolean => /(\.test|\.test-bench)\.ts$/.test(path) || path.startsWith('test/');
