/**
 * node scripts/build.mjs: compiles the project into dist/ and copies what the core reads at run time.
 * Nothing to do takes a moment. Several may run at once: each compiles into a folder of its own and moves the files over one by one, so that a process
 * running from dist/ never meets half a file. Type errors are printed and make the exit code 1, but what could be emitted is there.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const stampFile = join(dist, '.build-stamp.json');
const PROJECTS = ['tsconfig.build.json', 'scripts/embedded-mongo/tsconfig.build.json'];
const SOURCES = ['core', 'connectors', 'scripts', 'test/support', 'test/proof', 'test/model', 'test/worlds', 'test/plugins/unprotected-gateway', 'test/plugins/everyday-faults', 'test/sample-billing'];
const SINGLE_FILES = ['plugins.config.ts', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const ASSET_FOLDER = 'core';
const ASSET = /\.(json|html|css|js)$/;
const BUILDING = '.building-';

/** Paths below a folder, relative to it; without the folders of builds under way. */
const filesBelow = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        if (entry.isDirectory()) return entry.name.startsWith(BUILDING) ? [] : filesBelow(join(folder, entry.name)).map((path) => join(entry.name, path));
        return entry.isFile() ? [entry.name] : [];
      })
    : [];

/** Names, sizes and times of everything that goes in: the newest time alone would miss a deleted file. */
const fingerprint = () => {
  const inputs = [...SINGLE_FILES, ...SOURCES.flatMap((folder) => filesBelow(join(root, folder)).map((path) => join(folder, path)))];
  const hash = createHash('sha256');
  for (const path of inputs) {
    const found = statSync(join(root, path), { throwIfNoEntry: false });
    if (found && !path.endsWith('.test.ts')) hash.update(`${path}\0${found.size}\0${found.mtimeMs}\n`);
  }
  return hash.digest('hex');
};

const readStamp = () => {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return undefined;
  }
};

/** Exit codes of tsc: 1 means that nothing was emitted, 2 that everything was, in spite of errors. */
const compile = (project, outDir) =>
  new Promise((resolve) => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const args = [tsc, '-p', project, '--outDir', outDir, '--noEmitOnError', 'false', '--pretty', 'false'];
    execFile(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => resolve({ ok: error === null, output: stdout + stderr }));
  });

/** The map was made one folder too deep. */
const liftSourceMap = (file) => {
  const map = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...map, sources: map.sources.map((source) => source.replace('../', '')) }));
};

const sameContent = (a, b) => existsSync(b) && readFileSync(a).equals(readFileSync(b));

/** Moves what changed; removes what no source makes any more, if the whole was made. */
const moveOver = (from, made) => {
  const files = filesBelow(from);
  for (const path of files) {
    if (path.endsWith('.map')) liftSourceMap(join(from, path));
    if (sameContent(join(from, path), join(dist, path))) continue;
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    renameSync(join(from, path), join(dist, path));
  }
  if (!made.whole) return;
  const kept = new Set([...files, relative(dist, stampFile)]);
  for (const path of filesBelow(dist)) if (!kept.has(path)) rmSync(join(dist, path), { force: true });
};

const copyAssets = (to) => {
  for (const path of filesBelow(join(root, ASSET_FOLDER))) {
    const target = join(to, ASSET_FOLDER, path);
    if (!ASSET.test(path) || existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, ASSET_FOLDER, path), target);
  }
};

const isRunning = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const removeAbandonedBuilds = () => {
  for (const name of readdirSync(dist)) {
    if (name.startsWith(BUILDING) && !isRunning(Number(name.slice(BUILDING.length)))) rmSync(join(dist, name), { recursive: true, force: true });
  }
};

const build = async () => {
  const inputs = fingerprint();
  const last = readStamp();
  if (last?.inputs === inputs) return last;
  const folder = join(dist, `${BUILDING}${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    removeAbandonedBuilds();
    const results = await Promise.all(PROJECTS.map((project) => compile(project, folder)));
    copyAssets(folder);
    const stamp = { inputs, ok: results.every(({ ok }) => ok), output: results.map(({ output }) => output).join('') };
    rmSync(stampFile, { force: true });
    moveOver(folder, { whole: stamp.ok });
    writeFileSync(join(folder, 'stamp'), JSON.stringify(stamp));
    renameSync(join(folder, 'stamp'), stampFile);
    return stamp;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const { ok, output } = await build();
if (output) process.stderr.write(output.replaceAll(`${root}${sep}`, ''));
process.exitCode = ok ? 0 : 1;
