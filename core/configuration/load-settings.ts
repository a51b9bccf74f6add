import { resolve } from 'node:path';
import { types } from 'node:util';
import { fixes } from './fixes.js';
import { generateDevelopmentSecrets } from './development-secrets.js';
import { readSettings, type SettingsResult } from './read-settings.js';

/**
 * Reads the environment and, outside production, fills in what secrets are unset from the data directory, making them at the first start.
 * Never throws; a data directory that cannot be used is a problem of HUB_DATA_DIR.
 */
export const loadSettings = (env: Readonly<Record<string, string | undefined>>): SettingsResult => {
  const first = readSettings(env);
  if (!first.ok || first.settings.env === 'production' || first.settings.encryptionKeys.length > 0) return first;
  const dataDir = resolve(first.settings.dataDir);
  try {
    return readSettings({ ...env, HUB_ENCRYPTION_KEYS: generateDevelopmentSecrets(dataDir).HUB_ENCRYPTION_KEYS });
  } catch (error) {
    const found = types.isNativeError(error) ? error.message : 'an error without a message';
    return { ok: false, problems: [{ variable: 'HUB_DATA_DIR', found, expected: 'a directory this user may read and write', fix: fixes.HUB_DATA_DIR }] };
  }
};
