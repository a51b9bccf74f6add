import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { startEmbeddedMongo, type EmbeddedMongo } from '../embedded-mongo/index.js';

/** The database process of a benchmark, on files that are kept for the next run. */
export interface BenchDatabase {
  readonly directory: string;
  readonly pid: number;
  /** The URI of one database on it. */
  uri(database: string): string;
  stop(): Promise<void>;
}

/** Starts the database the hub would bring itself, as a process of its own. */
export const startBenchDatabase = async (directory = resolve('.bench/database')): Promise<BenchDatabase> => {
  mkdirSync(directory, { recursive: true });
  const server: EmbeddedMongo = await startEmbeddedMongo({ dataDir: directory });
  return {
    directory,
    pid: server.pid,
    uri: (database) => {
      const [address = '', query] = server.uri.split('?');
      return `${address.replace(/\/$/, '')}/${database}${query === undefined ? '' : `?${query}`}`;
    },
    stop: () => server.stop(),
  };
};
