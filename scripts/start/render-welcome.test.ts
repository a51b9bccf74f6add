import { describe, expect, it } from '@jest/globals';
import { readSettings, type Settings } from '../../core/configuration/index.js';
import { renderWelcome } from './render-welcome.js';

const settingsOf = (env: Record<string, string>): Settings => {
  const read = readSettings(env);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.settings;
};
const welcome = (env: Record<string, string>, url: string | null): string =>
  renderWelcome({ settings: settingsOf(env), env, url, root: '/clone', strong: (text) => text });
const production = {
  HUB_PUBLIC_URL: 'https://hub.example.com', HUB_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`, HUB_OPERATOR_JWT_SECRET: 's'.repeat(32),
};
const command = (text: string): string | undefined => /^ {6}(.*clients create.*)$/m.exec(text)?.[1];
const PLAIN = `npm run -s hub -- clients create --name 'My test shop' --mode test --gateway test --no-webhook`;

describe('the welcome', () => {
  it('gives the plain command where everything is as it comes', () => {
    expect(command(welcome({ HUB_DATA_DIR: '/clone/.recovery-hub' }, 'http://127.0.0.1:3000'))).toBe(PLAIN);
  });

  it('puts into the command what differs, as a shell reads it', () => {
    expect(command(welcome({ HUB_DATA_DIR: `/it's here`, HUB_PORT: '4000' }, 'http://127.0.0.1:4000')))
      .toBe(`HUB_DATA_DIR='/it'\\''s here' HUB_PUBLIC_URL=http://127.0.0.1:4000 ${PLAIN}`);
    expect(command(welcome({ HUB_DATA_DIR: '/clone/.recovery-hub', HUB_PUBLIC_URL: 'https://tunnel.example/x' }, 'http://127.0.0.1:3000')))
      .toBe(`HUB_PUBLIC_URL=https://tunnel.example/x ${PLAIN}`);
  });

  it('names an address that a person can open', () => {
    expect(welcome({ HUB_HOST: '0.0.0.0' }, 'http://0.0.0.0:3000')).toContain('Address         http://127.0.0.1:3000  (on every interface)\n');
    expect(welcome({ HUB_HOST: '::1' }, 'http://[::1]:3000')).toContain('Address         http://[::1]:3000\n');
    expect(welcome({ HUB_ROLE: 'worker' }, null)).toContain('Address         none: HUB_ROLE=worker serves no requests\n');
  });

  it('shows of a MongoDB where it is, and no credentials', () => {
    const text = welcome({ ...production, MONGODB_URI: 'mongodb+srv://me:dbpassword@db.example/hub?authMechanismProperties=AWS_SESSION_TOKEN:token' }, 'http://0.0.0.0:3000');
    expect(text).toContain('Database        db.example/hub  (from MONGODB_URI)\n');
    expect(text).toContain('Public address  https://hub.example.com\n');
    expect(text).toContain('in /clone, with the same settings as here:\n');
    expect(text).not.toMatch(/dbpassword|token|me:/);
    expect(welcome({ ...production, MONGODB_URI: 'mongodb://%2Ftmp%2Fx.sock' }, null)).toContain('Database        /tmp/x.sock  (from');
  });

  it('does not print secrets that were set: the command then asks for the same settings', () => {
    const { HUB_ENCRYPTION_KEYS } = production;
    const text = welcome({ HUB_ENCRYPTION_KEYS, HUB_DATA_DIR: '/elsewhere' }, 'http://127.0.0.1:3000');
    expect(text).toContain('with the same settings as here:');
    expect(text).not.toContain(HUB_ENCRYPTION_KEYS);
  });
});
