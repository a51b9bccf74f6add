import { resolve } from 'node:path';
import { z } from 'zod';
import { weakenedConcern } from '../storage/index.js';
import { parseEncryptionKeys } from './encryption-keys.js';
import { jwtPrivateKeyFault } from './jwt-key.js';
import { parsePlatformRoutes } from './platform-routes.js';

/** Every schema reads the text of one variable. Its issue message names what was expected; `params.found`, where given, what was found. */
const refuse = (context: z.RefinementCtx<string>, expected: string, found?: string): never => {
  context.addIssue({ code: 'custom', message: expected, input: context.value, ...(found === undefined ? {} : { params: { found } }) });
  return z.NEVER;
};

const integer = (least: number, most: number) =>
  z.string().transform((text, context) => {
    const value = /^-?\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : refuse(context, `an integer from ${String(least)} to ${String(most)}`);
  });

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: () => `one of ${values.slice(0, -1).join(', ')} or ${String(values.at(-1))}` });

const flag = oneOf(['true', 'false']).transform((text) => text === 'true');

const host = z.string().regex(/^[A-Za-z0-9.:_-]+$/, 'a host name or IP address to listen on, without scheme or port');

const publicUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && (url.protocol === 'https:' || url.protocol === 'http:') && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (!plain) return refuse(context, 'a URL such as https://hub.example.com, without user, query or fragment', url?.username === '' ? undefined : 'a text that is no plain URL');
  return url.href.replace(/\/+$/, '');
});

const mongodbUri = z.string().transform((text, context) => {
  if (!/^mongodb(\+srv)?:\/\/[^/\s]+/.test(text)) return refuse(context, 'a URI that begins with mongodb:// or mongodb+srv:// and names a server', 'a text that is no MongoDB URI');
  const weakened = weakenedConcern(text);
  return weakened.length === 0 ? text : refuse(context, 'a URI that leaves write and read concern alone; the hub writes with w=majority&journal=true', weakened.join(', '));
});

const platformRoutes = z.string().transform((text, context) => {
  const parsed = parsePlatformRoutes(text);
  return 'routes' in parsed ? parsed.routes : refuse(context, 'host=http://127.0.0.1:port, comma-separated, loopback targets only', parsed.wrong);
});

const encryptionKeys = z.string().transform((text, context) => {
  const parsed = parseEncryptionKeys(text);
  return 'keys' in parsed ? parsed.keys : refuse(context, 'id:base64 of 32 bytes, comma-separated; the first encrypts, all decrypt', parsed.wrong);
});

const jwtSecret = z.string().superRefine((text, context) => {
  const bytes = Buffer.byteLength(text);
  if (bytes < 32) refuse(context, 'at least 32 bytes', `${String(bytes)} bytes`);
});

const jwtPrivateKey = z.string().superRefine((text, context) => {
  const fault = jwtPrivateKeyFault(text);
  if (fault !== undefined) refuse(context, 'a PEM private key without passphrase: EC, or RSA of at least 2048 bits', fault);
});

/** The variables of specification 18 that exist so far. */
export const variables = z.object({
  HUB_ENV: oneOf(['production', 'development', 'test']).optional(),
  HUB_HOST: host.optional(),
  HUB_PORT: integer(0, 65535).optional(),
  HUB_PUBLIC_URL: publicUrl.optional(),
  MONGODB_URI: mongodbUri.optional(),
  HUB_DATA_DIR: z.string().transform((path) => resolve(path)).optional(),
  HUB_TIME_SCALE: integer(1, 1_000_000).optional(),
  HUB_PLATFORM_ROUTES: platformRoutes.optional(),
  HUB_ENCRYPTION_KEYS: encryptionKeys.optional(),
  HUB_OPERATOR_JWT_SECRET: jwtSecret.optional(),
  HUB_OPERATOR_JWT_PRIVATE_KEY: jwtPrivateKey.optional(),
  HUB_ROLE: oneOf(['all', 'web', 'worker']).optional(),
  HUB_WORKER_CONCURRENCY: integer(1, 1000).optional(),
  HUB_LEASE_SECONDS: integer(3, 300).optional(),
  HUB_PAUSE_CHARGES: flag.optional(),
  HUB_TRUST_PROXY: integer(0, 10).optional(),
  HUB_LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).optional(),
  HUB_SHUTDOWN_SECONDS: integer(1, 600).optional(),
});

/** The name of one of these variables. */
export type Variable = keyof typeof variables.shape;
