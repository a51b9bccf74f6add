import { productionRequirements } from './production-requirements.js';
import type { Variable } from './variables.js';

const example = (variable: Variable): string => productionRequirements.find((requirement) => requirement.variable === variable)?.example ?? '';

/** What to do about a bad value, by variable. */
export const fixes: Readonly<Record<Variable, string>> = {
  HUB_ENV: 'Set HUB_ENV=development or HUB_ENV=production, or leave it out: it is production with MONGODB_URI, else development.',
  HUB_HOST: 'Set HUB_HOST=0.0.0.0 for every interface, or HUB_HOST=127.0.0.1 for this machine only.',
  HUB_PORT: 'Set HUB_PORT=3000, or leave it out.',
  HUB_PUBLIC_URL: `Set HUB_PUBLIC_URL=${example('HUB_PUBLIC_URL')} with your own host name.`,
  MONGODB_URI: `Set MONGODB_URI=${example('MONGODB_URI')} with your own server, without options for write or read concern.`,
  HUB_DATA_DIR: 'Set HUB_DATA_DIR to a directory this user may write in, or leave it out for ./.recovery-hub.',
  HUB_TIME_SCALE: 'Set HUB_TIME_SCALE=1, or leave it out; larger values make the hub\'s calendar run faster, outside production only.',
  HUB_PLATFORM_ROUTES: 'Write each entry as api.example.com=http://127.0.0.1:4010, or leave the variable out to reach the real platforms.',
  HUB_ENCRYPTION_KEYS: `Give the keys this database was used with; for a new one:\nexport HUB_ENCRYPTION_KEYS=${example('HUB_ENCRYPTION_KEYS')}`,
  HUB_OPERATOR_JWT_SECRET: `Make one:\nexport HUB_OPERATOR_JWT_SECRET=${example('HUB_OPERATOR_JWT_SECRET')}`,
  HUB_OPERATOR_JWT_PRIVATE_KEY: 'Give the whole PEM, line breaks written as \\n, or use HUB_OPERATOR_JWT_SECRET instead.',
  HUB_ROLE: 'Set HUB_ROLE=all, or leave it out; web and worker split a deployment.',
  HUB_WORKER_CONCURRENCY: 'Set HUB_WORKER_CONCURRENCY=10, or leave it out.',
  HUB_LEASE_SECONDS: 'Set HUB_LEASE_SECONDS=30, or leave it out.',
  HUB_PAUSE_CHARGES: 'Set HUB_PAUSE_CHARGES=true to stop every charge, or leave it out.',
  HUB_TRUST_PROXY: 'Set HUB_TRUST_PROXY to the number of proxies in front of the hub; 0 when there is none.',
  HUB_LOG_LEVEL: 'Set HUB_LOG_LEVEL=info, or leave it out.',
  HUB_SHUTDOWN_SECONDS: 'Set HUB_SHUTDOWN_SECONDS=30, or leave it out.',
};
