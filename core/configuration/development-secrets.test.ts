import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateDevelopmentSecrets, loadSettings } from './index.js';

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

describe('development secrets', () => {
  let root: string;
  beforeAll(() => { root = mkdtempSync(join(tmpdir(), 'hub-secrets-')); });
  afterAll(() => rmSync(root, { recursive: true }));

  it('are made once, closed to others, and the same at the next start', () => {
    const dataDir = join(root, 'new', 'data');
    const made = generateDevelopmentSecrets(dataDir);
    expect([modeOf(dataDir), modeOf(join(dataDir, 'secrets.json'))]).toEqual(['700', '600']);
    expect(readdirSync(dataDir)).toEqual(['secrets.json']);
    expect(generateDevelopmentSecrets(dataDir)).toEqual(made);
    expect(Buffer.from(made.HUB_ENCRYPTION_KEYS.replace(/^dev:/, ''), 'base64')).toHaveLength(32);
    expect(Buffer.byteLength(made.HUB_OPERATOR_JWT_SECRET)).toBeGreaterThanOrEqual(32);
  });

  it('are closed again when somebody opened them', () => {
    const dataDir = join(root, 'opened');
    const made = generateDevelopmentSecrets(dataDir);
    chmodSync(dataDir, 0o755);
    chmodSync(join(dataDir, 'secrets.json'), 0o644);
    expect(generateDevelopmentSecrets(dataDir)).toEqual(made);
    expect([modeOf(dataDir), modeOf(join(dataDir, 'secrets.json'))]).toEqual(['700', '600']);
  });

  it('are the same in processes that start at once', async () => {
    const door = resolve('dist/core/configuration/index.js');
    for (const round of [1, 2]) {
      const dataDir = join(root, `race-${String(round)}`);
      const script = `import { generateDevelopmentSecrets } from ${JSON.stringify(door)};
        while (Date.now() < Number(process.argv[2])) {}
        console.log(JSON.stringify(generateDevelopmentSecrets(process.argv[1])));`;
      const at = String(Date.now() + 2_000);
      const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, dataDir, at]);
      const answers = await Promise.all([run(), run(), run(), run()]);
      expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
      expect(JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8'))).toEqual(JSON.parse(answers[0].stdout));
      expect(readdirSync(dataDir)).toEqual(['secrets.json']);
    }
  });

  it('are not made anew over a damaged file: what they sealed would be lost', () => {
    const dataDir = join(root, 'damaged');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'secrets.json'), '{"HUB_ENCRYPTION_KEYS":"dev:abc');
    expect(() => generateDevelopmentSecrets(dataDir)).toThrow(/secrets\.json is damaged: it is no JSON with HUB_ENCRYPTION_KEYS/);
    expect(loadSettings({ HUB_DATA_DIR: dataDir })).toEqual({
      ok: false, problems: [expect.objectContaining({ variable: 'HUB_DATA_DIR', found: expect.stringMatching(/is damaged/), expected: 'a directory this user may read and write' })],
    });
  });

  it('are not put into a directory of all users, whose mode stays as it is', () => {
    const shared = join(root, 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    expect(() => generateDevelopmentSecrets(shared)).toThrow(/is shared by all users of this machine/);
    expect(modeOf(shared)).toBe('1777');
  });

  it('fill in the settings outside production, and nothing else', () => {
    const dataDir = join(root, 'settings');
    const loaded = loadSettings({ HUB_DATA_DIR: dataDir });
    expect(loaded).toMatchObject({ ok: true, settings: { encryptionKeys: [{ id: 'dev' }] } });
    expect(loadSettings({ HUB_DATA_DIR: dataDir })).toEqual(loaded);
    const given = { HUB_DATA_DIR: join(root, 'untouched'), HUB_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}` };
    expect(loadSettings(given)).toMatchObject({ ok: true, settings: { encryptionKeys: [{ id: 'k1' }] } });
    expect(loadSettings({ HUB_DATA_DIR: join(root, 'untouched'), HUB_ENV: 'production' }).ok).toBe(false);
    expect(readdirSync(root)).not.toContain('untouched');
  });
});
