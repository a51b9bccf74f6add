import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { root } from './source-files.js';

/** What dependency-cruiser says, as far as it is read here. */
const verdict = z.object({
  summary: z.object({ violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })), totalCruised: z.number() }),
});

/** One objection of the gate. */
export interface Objection {
  readonly from: string;
  readonly to: string;
  readonly rule: string;
}

const stubPackage = (name: string): Readonly<Record<string, string>> => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
  [`node_modules/${name}/index.js`]: 'module.exports = {};\n',
});

const write = (folder: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
};

const cruise = (folder: string): Promise<string> => new Promise((resolve, reject) => {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const rules = join(root, '.dependency-cruiser.cjs');
  const options = ['--config', rules, '--output-type', 'json', 'core', 'connectors', 'scripts', 'test', 'plugins.config.ts'];
  execFile(process.execPath, [program, ...options], { cwd: folder, maxBuffer: 64 * 1024 * 1024, timeout: 18_000 }, (error, stdout, stderr) => {
    if (error === null || stdout.startsWith('{')) resolve(stdout);
    else reject(new Error(`dependency-cruiser did not run: ${stderr}`, { cause: error }));
  });
});

/** The npm packages of a tree: dependencies, devDependencies, and what is installed without being named. */
export interface Packages {
  readonly running: readonly string[];
  readonly developing: readonly string[];
  readonly unlisted: readonly string[];
}

/**
 * Runs the project's dependency rules over a tree of its own in a temporary folder.
 * @param files what the tree holds, by path
 */
export const objectionsTo = async (files: Readonly<Record<string, string>>, packages: Packages): Promise<readonly Objection[]> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'planted-')));
  const versions = (names: readonly string[]): Readonly<Record<string, string>> => Object.fromEntries(names.map((name) => [name, '1.0.0']));
  try {
    write(folder, { 'package.json': JSON.stringify({ name: 'planted', type: 'module', dependencies: versions(packages.running), devDependencies: versions(packages.developing) }) });
    for (const name of [...packages.running, ...packages.developing, ...packages.unlisted]) write(folder, stubPackage(name));
    write(folder, files);
    const { summary } = verdict.parse(JSON.parse(await cruise(folder)));
    if (summary.totalCruised < Object.keys(files).length) throw new Error('dependency-cruiser left files out');
    return summary.violations.map(({ from, to, rule }) => ({ from, to, rule: rule.name }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
