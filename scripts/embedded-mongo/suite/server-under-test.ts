import { randomBytes } from 'node:crypto';

/** The server these checks are asked of: the one the test run started, or any other MongoDB. */
export const serverUri = (): string => {
  const uri = process.env['TEST_MONGODB_URI'] ?? process.env['MONGODB_URI'];
  if (!uri) throw new Error('Set MONGODB_URI to the server to check, or run by jest, whose global set-up starts one.');
  return uri;
};

/** New for each run, so that runs on one server do not meet. */
export const databaseName = (label: string): string => `t_${label}_${randomBytes(8).toString('hex')}`;
