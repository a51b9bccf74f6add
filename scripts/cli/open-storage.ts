import { loadSettings, type Settings } from '../../core/configuration/index.js';
import type { Storage } from '../../core/storage/index.js';
import { SettingsRefused } from './failures.js';
import { openDatabase } from './open-database.js';

/** The database of the hub that the environment names, and its settings. */
export interface OpenStorage { readonly settings: Settings; readonly storage: Storage }

/**
 * Runs `work` on the hub's database alone: no plugin is loaded, so that a broken one keeps nobody from it.
 * @throws SettingsRefused, Error when the database cannot be reached, and whatever `work` throws
 */
export const withStorage = async <T>(work: (open: OpenStorage) => Promise<T>): Promise<T> => {
  const loaded = loadSettings(process.env);
  if (!loaded.ok) throw new SettingsRefused(loaded.problems);
  const { settings } = loaded;
  const database = await openDatabase(settings);
  try {
    return await work({ settings, storage: database.storage });
  } finally {
    await database.close();
  }
};
