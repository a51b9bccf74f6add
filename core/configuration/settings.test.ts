import { generateKeyPairSync } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { productionRequirements, readSettings, renderProblems } from './index.js';

const key = (fill: number): string => Buffer.alloc(32, fill).toString('base64');
const production = {
  MONGODB_URI: 'mongodb://user:dbpassword@db.example/hub',
  HUB_PUBLIC_URL: 'https://hub.example.com/',
  HUB_ENCRYPTION_KEYS: `k2:${key(2)},k1:${key(1)}`,
  HUB_OPERATOR_JWT_SECRET: 's'.repeat(32),
};
const pem = (type: 'ec' | 'rsa' | 'small' | 'ed25519'): string => {
  const pair = type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : type === 'ed25519' ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('rsa', { modulusLength: type === 'rsa' ? 2048 : 1024 });
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};
const problemsOf = (env: Record<string, string | undefined>) => {
  const result = readSettings(env);
  return result.ok ? [] : result.problems;
};
const settingsOf = (env: Record<string, string | undefined>) => {
  const result = readSettings(env);
  if (!result.ok) throw new Error(renderProblems(result.problems));
  return result.settings;
};

describe('settings', () => {
  it('need nothing in development', () => {
    expect(settingsOf({})).toEqual({
      env: 'development', host: '127.0.0.1', port: 3000, publicUrl: 'http://127.0.0.1:3000', mongodbUri: undefined, dataDir: resolve('.recovery-hub'),
      timeScale: undefined, platformRoutes: new Map(), encryptionKeys: [], role: 'all', workerConcurrency: 10, leaseSeconds: 30, pauseCharges: false,
      trustProxy: 0, logLevel: 'info', shutdownSeconds: 30,
    });
  });

  it('are those of production once MONGODB_URI is set', () => {
    expect(settingsOf(production)).toMatchObject({
      env: 'production', host: '0.0.0.0', publicUrl: 'https://hub.example.com', mongodbUri: production.MONGODB_URI, timeScale: 1,
      encryptionKeys: [{ id: 'k2', key: Buffer.alloc(32, 2) }, { id: 'k1', key: Buffer.alloc(32, 1) }],
    });
    expect(settingsOf({ ...production, HUB_ENV: 'development' })).toMatchObject({ env: 'development', host: '127.0.0.1' });
  });

  it('are read from every variable', () => {
    expect(settingsOf({
      HUB_ENV: 'test', HUB_HOST: '::1', HUB_PORT: '0', HUB_DATA_DIR: '/tmp/x/../hub', HUB_TIME_SCALE: '28800', HUB_ROLE: 'worker', HUB_WORKER_CONCURRENCY: '3',
      HUB_PLATFORM_ROUTES: 'api.acme.example=http://127.0.0.1:4010, files.acme.example:8443=http://[::1]:4011,b.example=http://localhost:4012', HUB_LEASE_SECONDS: '3',
      HUB_PAUSE_CHARGES: 'true', HUB_TRUST_PROXY: '2', HUB_LOG_LEVEL: 'debug', HUB_SHUTDOWN_SECONDS: '5',
    })).toMatchObject({
      env: 'test', host: '::1', port: 0, publicUrl: 'http://[::1]:0', dataDir: '/tmp/hub', timeScale: 28800, role: 'worker', workerConcurrency: 3, leaseSeconds: 3, pauseCharges: true,
      trustProxy: 2, logLevel: 'debug', shutdownSeconds: 5,
      platformRoutes: new Map([
        ['api.acme.example', new URL('http://127.0.0.1:4010')], ['files.acme.example:8443', new URL('http://[::1]:4011')], ['b.example', new URL('http://localhost:4012')],
      ]),
    });
  });

  it('show every-interface addresses as one a person can open, and count an empty variable as unset', () => {
    expect(settingsOf({ HUB_HOST: '0.0.0.0', HUB_PORT: '' }).publicUrl).toBe('http://127.0.0.1:3000');
    expect(settingsOf({ HUB_PUBLIC_URL: 'http://hub.test:8080/base//' }).publicUrl).toBe('http://hub.test:8080/base');
  });

  it.each(['ec', 'rsa'] as const)('take an %s private key instead of the secret, with written-out line breaks too', (type) => {
    const { HUB_OPERATOR_JWT_SECRET: _, ...rest } = production;
    expect(problemsOf({ ...rest, HUB_OPERATOR_JWT_PRIVATE_KEY: pem(type) })).toEqual([]);
    expect(problemsOf({ ...rest, HUB_OPERATOR_JWT_PRIVATE_KEY: pem(type).replaceAll('\n', '\\n') })).toEqual([]);
  });

  const bad: readonly (readonly [string, string, string, string])[] = [
    ['HUB_ENV', 'prod', '"prod"', 'one of production, development or test'],
    ['HUB_HOST', 'http://0.0.0.0', '"http://0.0.0.0"', 'a host name or IP address to listen on, without scheme or port'],
    ['HUB_PORT', '99999', '"99999"', 'an integer from 0 to 65535'],
    ['HUB_PORT', '3000x', '"3000x"', 'an integer from 0 to 65535'],
    ['HUB_PORT', '1e3', '"1e3"', 'an integer from 0 to 65535'],
    ['HUB_PUBLIC_URL', 'hub.example.com', 'a text that is no plain URL', 'a URL such as https://hub.example.com, without user, query or fragment'],
    ['HUB_PUBLIC_URL', 'https://hub.example.com/?a=1', '"https://hub.example.com/?a=1"', 'a URL such as https://hub.example.com, without user, query or fragment'],
    ['HUB_PUBLIC_URL', 'https://me:secretpw@hub.example.com/', 'a text that is no plain URL', 'a URL such as https://hub.example.com, without user, query or fragment'],
    ['HUB_TIME_SCALE', '0', '"0"', 'an integer from 1 to 1000000'],
    ['HUB_PLATFORM_ROUTES', 'api.acme.example', '"api.acme.example", which is not host=http://address:port', 'host=http://127.0.0.1:port, comma-separated, loopback targets only'],
    ['HUB_PLATFORM_ROUTES', 'a.example=http://10.0.0.1:1', 'the target 10.0.0.1:1 for a.example, which is not a loopback address', 'host=http://127.0.0.1:port, comma-separated, loopback targets only'],
    ['HUB_PLATFORM_ROUTES', 'a.example=https://127.0.0.1:1', 'the target "https://127.0.0.1:1" for a.example, which is not of the form http://127.0.0.1:port', 'host=http://127.0.0.1:port, comma-separated, loopback targets only'],
    ['HUB_PLATFORM_ROUTES', 'a.example=http://127.0.0.1.evil.example:1', 'the target 127.0.0.1.evil.example:1 for a.example, which is not a loopback address', 'host=http://127.0.0.1:port, comma-separated, loopback targets only'],
    ['HUB_ENCRYPTION_KEYS', 'mysecretkey', 'entry 1 has no id before a colon', 'id:base64 of 32 bytes, comma-separated; the first encrypts, all decrypt'],
    ['HUB_ENCRYPTION_KEYS', `k1:${key(1)},k2:c2hvcnQ=`, 'entry 2 has 5 bytes', 'id:base64 of 32 bytes, comma-separated; the first encrypts, all decrypt'],
    ['HUB_ENCRYPTION_KEYS', `k1:${key(1)},k1:${key(2)}`, 'entry 2 repeats the id of an earlier entry', 'id:base64 of 32 bytes, comma-separated; the first encrypts, all decrypt'],
    ['HUB_ENCRYPTION_KEYS', 'k1:no base64!', 'entry 1 is not standard base64 after its id', 'id:base64 of 32 bytes, comma-separated; the first encrypts, all decrypt'],
    ['HUB_ENCRYPTION_KEYS', `my key:${key(1)}`, 'entry 1 has an id that is not 1 to 32 letters, digits, - or _', 'id:base64 of 32 bytes, comma-separated; the first encrypts, all decrypt'],
    ['HUB_OPERATOR_JWT_SECRET', 'tooshort', '8 bytes', 'at least 32 bytes'],
    ['HUB_OPERATOR_JWT_PRIVATE_KEY', 'not a key', '9 characters that are not an unencrypted PEM private key', 'a PEM private key without passphrase: EC, or RSA of at least 2048 bits'],
    ['HUB_OPERATOR_JWT_PRIVATE_KEY', pem('small'), 'an RSA key of 1024 bits', 'a PEM private key without passphrase: EC, or RSA of at least 2048 bits'],
    ['HUB_OPERATOR_JWT_PRIVATE_KEY', pem('ed25519'), 'a private key of type ed25519', 'a PEM private key without passphrase: EC, or RSA of at least 2048 bits'],
    ['HUB_ROLE', 'both', '"both"', 'one of all, web or worker'],
    ['HUB_WORKER_CONCURRENCY', '0', '"0"', 'an integer from 1 to 1000'],
    ['HUB_LEASE_SECONDS', '2', '"2"', 'an integer from 3 to 300'],
    ['HUB_LEASE_SECONDS', '301', '"301"', 'an integer from 3 to 300'],
    ['HUB_PAUSE_CHARGES', 'yes', '"yes"', 'one of true or false'],
    ['HUB_TRUST_PROXY', 'true', '"true"', 'an integer from 0 to 10'],
    ['HUB_LOG_LEVEL', 'loud', '"loud"', 'one of fatal, error, warn, info, debug, trace or silent'],
    ['HUB_SHUTDOWN_SECONDS', '-1', '"-1"', 'an integer from 1 to 600'],
  ];
  it.each(bad)('refuse %s=%s', (variable, value, found, expected) => {
    const problems = problemsOf({ [variable]: value });
    expect(problems).toEqual([{ variable, found, expected, fix: expect.stringMatching(/\w/) }]);
    expect(problems[0]?.fix).toMatch(/Set |Make one|Give |Write |Leave /);
  });

  it.each<readonly [string, string, string]>([
    ['HUB_PLATFORM_ROUTES', 'a.example=http://127.0.0.1:1', 'nothing in production (the default, as MONGODB_URI is set)'],
    ['HUB_TIME_SCALE', '28800', '1 in production (the default, as MONGODB_URI is set)'],
    ['HUB_PUBLIC_URL', 'http://hub.example.com', 'an https URL in production (the default, as MONGODB_URI is set)'],
    ['HUB_PORT', '0', 'an integer from 1 to 65535 in production (the default, as MONGODB_URI is set)'],
    ['MONGODB_URI', 'postgres://u:pw@h/x', 'a URI that begins with mongodb:// or mongodb+srv:// and names a server'],
    ['MONGODB_URI', 'mongodb://u:pw@h/x?w=1&readPreference=nearest', 'a URI that leaves write and read concern alone; the hub writes with w=majority&journal=true'],
    ['HUB_OPERATOR_JWT_PRIVATE_KEY', pem('ec'), 'one of the two'],
  ])('refuse %s=%s in production', (variable, value, expected) => {
    expect(problemsOf({ ...production, [variable]: value })).toEqual([expect.objectContaining({ variable, expected })]);
  });

  it('name everything production lacks at once, in the order of the specification', () => {
    const problems = problemsOf({ HUB_ENV: 'production', HUB_ROLE: 'x' });
    expect(problems.map(({ variable, found }) => [variable, found])).toEqual([
      ['HUB_PUBLIC_URL', 'nothing'], ['MONGODB_URI', 'nothing'], ['HUB_ENCRYPTION_KEYS', 'nothing'], ['HUB_OPERATOR_JWT_SECRET', 'nothing'], ['HUB_ROLE', '"x"'],
    ]);
    expect(new Set(problems.slice(0, 4).map(({ variable }) => variable))).toEqual(new Set(productionRequirements.map(({ variable }) => variable)));
  });

  it('never show a secret, however wrong it is', () => {
    const text = renderProblems(problemsOf({
      MONGODB_URI: 'mongo://user:dbpassword@db', HUB_ENCRYPTION_KEYS: 'sup3rsecret', HUB_OPERATOR_JWT_SECRET: 'sh0rtone', HUB_OPERATOR_JWT_PRIVATE_KEY: 'alsoasecret',
      HUB_PUBLIC_URL: 'https://u:webpassword@h/',
    }));
    expect(text).not.toMatch(/dbpassword|sup3rsecret|sh0rtone|alsoasecret|webpassword/);
  });

  it('print as blocks that a person can act on, commands in one piece', () => {
    expect(renderProblems(problemsOf({ HUB_PORT: '99999' }))).toBe(`Recovery Hub cannot start: one setting is wrong.

  HUB_PORT
    found     "99999"
    expected  an integer from 0 to 65535
    fix       Set HUB_PORT=3000, or leave it out.
`);
    const text = renderProblems(problemsOf({ HUB_ENV: 'production' }));
    expect(text).toContain('Recovery Hub cannot start: 4 settings are wrong.');
    expect(text).toContain(`export HUB_ENCRYPTION_KEYS=${productionRequirements.find(({ variable }) => variable === 'HUB_ENCRYPTION_KEYS')?.example ?? ''}\n`);
  });

  it('are satisfied by the examples of the requirements, run by a shell', () => {
    const script = `${productionRequirements.map(({ variable, example }) => `export ${variable}=${example}`).join('\n')}\nenv -0`;
    const env = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: { PATH: process.env['PATH'] } });
    const given = Object.fromEntries(env.split('\0').filter(Boolean).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    expect(settingsOf(given)).toMatchObject({ env: 'production', mongodbUri: 'mongodb://127.0.0.1:27017/recovery_hub' });
  });
});
