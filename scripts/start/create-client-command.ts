import { join } from 'node:path';
import type { Settings } from '../../core/configuration/index.js';
import { shellWord } from './shell-word.js';

/** A command line for a person to copy, and what it needs besides. */
export interface CreateClientCommand {
  readonly command: string;
  /** Whether the terminal must hold the settings of this hub: some are secrets, which are not printed. */
  readonly needsSameSettings: boolean;
}

/** The command that creates a test client on this hub, from another terminal in `root`, the directory of the clone. */
export const createClientCommand = ({ settings, env, address, root }: {
  readonly settings: Settings; readonly env: NodeJS.ProcessEnv; readonly address: string | undefined; readonly root: string;
}): CreateClientCommand => {
  const command = `npm run -s hub -- clients create --name 'My test shop' --mode test --gateway test --no-webhook`;
  if (settings.mongodbUri !== undefined || env['HUB_ENCRYPTION_KEYS']) return { command, needsSameSettings: true };
  const variables = {
    ...(settings.dataDir === join(root, '.recovery-hub') ? {} : { HUB_DATA_DIR: settings.dataDir }),
    ...publicUrl(settings, env, address),
  };
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${shellWord(value)} `);
  return { command: `${assignments.join('')}${command}`, needsSameSettings: false };
};

/** The webhook URLs that the command prints begin with it. */
const publicUrl = (settings: Settings, env: NodeJS.ProcessEnv, address: string | undefined): { readonly HUB_PUBLIC_URL?: string } => {
  if (env['HUB_PUBLIC_URL']) return { HUB_PUBLIC_URL: settings.publicUrl };
  return address === undefined || address === 'http://127.0.0.1:3000' ? {} : { HUB_PUBLIC_URL: address };
};
