import { resolve } from 'node:path';
import { fixes } from './fixes.js';
import { listenUrl } from './listen-url.js';
import type { HubEnvironment, Settings } from './settings.js';
import type { SettingProblem } from './setting-problem.js';
import { variables, type Variable } from './variables.js';

/** The settings, or everything that is wrong with them. */
export type SettingsResult = { readonly ok: true; readonly settings: Settings } | { readonly ok: false; readonly problems: readonly SettingProblem[] };

type Environment = Readonly<Record<string, string | undefined>>;

const SECRET: ReadonlySet<Variable> = new Set<Variable>(['MONGODB_URI', 'HUB_ENCRYPTION_KEYS', 'HUB_OPERATOR_JWT_SECRET', 'HUB_OPERATOR_JWT_PRIVATE_KEY']);
const names = Object.keys(variables.shape) as Variable[];

/**
 * Reads the environment. An empty variable counts as unset. Touches nothing: outside production `encryptionKeys` stays empty when it is unset.
 * Never throws; all problems come at once, in the order of the specification.
 */
export const readSettings = (env: Environment): SettingsResult => {
  const given = Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const parsed = variables.safeParse(given);
  const environment = environmentOf(given);
  const production = environment === 'production' ? productionProblems(given) : [];
  const bad = parsed.success ? [] : parsed.error.issues.map((issue) => malformed(issue, given));
  const problems = [
    ...bad.filter(({ variable }) => !production.some((problem) => problem.variable === variable)),
    ...production,
    ...bothKeysProblem(given),
  ].sort((one, other) => names.indexOf(one.variable as Variable) - names.indexOf(other.variable as Variable));
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  const value = parsed.data;
  const host = value.HUB_HOST ?? (environment === 'production' ? '0.0.0.0' : '127.0.0.1');
  const port = value.HUB_PORT ?? 3000;
  return {
    ok: true,
    settings: {
      env: environment,
      host,
      port,
      publicUrl: value.HUB_PUBLIC_URL ?? listenUrl(host, port),
      mongodbUri: value.MONGODB_URI,
      dataDir: value.HUB_DATA_DIR ?? resolve('.recovery-hub'),
      timeScale: environment === 'production' ? 1 : value.HUB_TIME_SCALE,
      platformRoutes: value.HUB_PLATFORM_ROUTES ?? new Map(),
      encryptionKeys: value.HUB_ENCRYPTION_KEYS ?? [],
      role: value.HUB_ROLE ?? 'all',
      workerConcurrency: value.HUB_WORKER_CONCURRENCY ?? 10,
      leaseSeconds: value.HUB_LEASE_SECONDS ?? 30,
      pauseCharges: value.HUB_PAUSE_CHARGES ?? false,
      trustProxy: value.HUB_TRUST_PROXY ?? 0,
      logLevel: value.HUB_LOG_LEVEL ?? 'info',
      shutdownSeconds: value.HUB_SHUTDOWN_SECONDS ?? 30,
    },
  };
};

type Given = Readonly<Partial<Record<Variable, string>>>;

/** A HUB_ENV that is none of the three is a problem of its own; the rest is then judged as the default would be. */
const environmentOf = (given: Given): HubEnvironment => {
  const named = given.HUB_ENV;
  if (named === 'production' || named === 'development' || named === 'test') return named;
  return given.MONGODB_URI === undefined ? 'development' : 'production';
};

const malformed = (issue: { readonly path: readonly PropertyKey[]; readonly message: string }, given: Given): SettingProblem => {
  const variable = issue.path[0] as Variable;
  const params: unknown = Reflect.get(issue, 'params');
  const told: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, 'found') : undefined;
  const text = given[variable] ?? '';
  const found = typeof told === 'string' ? told : SECRET.has(variable) ? `${String(text.length)} characters` : quoted(text);
  return { variable, found, expected: issue.message, fix: fixes[variable] };
};

const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

const productionProblems = (given: Given): readonly SettingProblem[] => {
  const why = given.HUB_ENV === 'production' ? 'in production' : 'in production (the default, as MONGODB_URI is set)';
  const found: SettingProblem[] = [];
  const missing = (variable: Variable, expected: string, fix = fixes[variable]): void => void found.push({ variable, found: 'nothing', expected: `${expected} ${why}`, fix });
  if (given.MONGODB_URI === undefined) {
    missing('MONGODB_URI', 'a MongoDB', `${fixes.MONGODB_URI} Or set HUB_ENV=development to use the embedded database.`);
  }
  if (given.HUB_PUBLIC_URL === undefined) missing('HUB_PUBLIC_URL', 'an https URL');
  else if (/^http:/i.test(given.HUB_PUBLIC_URL)) {
    found.push({ variable: 'HUB_PUBLIC_URL', found: quoted(given.HUB_PUBLIC_URL), expected: `an https URL ${why}`, fix: fixes.HUB_PUBLIC_URL });
  }
  if (given.HUB_ENCRYPTION_KEYS === undefined) missing('HUB_ENCRYPTION_KEYS', 'id:base64 of 32 bytes');
  if (given.HUB_OPERATOR_JWT_SECRET === undefined && given.HUB_OPERATOR_JWT_PRIVATE_KEY === undefined) {
    missing('HUB_OPERATOR_JWT_SECRET', 'this or HUB_OPERATOR_JWT_PRIVATE_KEY');
  }
  if (given.HUB_TIME_SCALE !== undefined && Number(given.HUB_TIME_SCALE) !== 1) {
    found.push({ variable: 'HUB_TIME_SCALE', found: quoted(given.HUB_TIME_SCALE), expected: `1 ${why}`, fix: 'Leave HUB_TIME_SCALE out: production runs on real time.' });
  }
  if (given.HUB_PLATFORM_ROUTES !== undefined) {
    found.push({
      variable: 'HUB_PLATFORM_ROUTES', found: 'a value', expected: `nothing ${why}`, fix: 'Leave HUB_PLATFORM_ROUTES out: production reaches the real platforms.',
    });
  }
  if (given.HUB_PORT === '0') found.push({ variable: 'HUB_PORT', found: '"0"', expected: `an integer from 1 to 65535 ${why}`, fix: fixes.HUB_PORT });
  return found;
};

const bothKeysProblem = (given: Given): readonly SettingProblem[] =>
  given.HUB_OPERATOR_JWT_SECRET === undefined || given.HUB_OPERATOR_JWT_PRIVATE_KEY === undefined
    ? []
    : [{
        variable: 'HUB_OPERATOR_JWT_PRIVATE_KEY',
        found: 'a value, beside HUB_OPERATOR_JWT_SECRET',
        expected: 'one of the two',
        fix: 'Leave one of them out: tokens are signed by one fixed algorithm.',
      }];
