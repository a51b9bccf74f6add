import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { redactText } from './redaction.js';

/** A structured logger; a child carries request, client and case ids. */
export type Logger = PinoLogger;

const hidden = ['authorization', 'x-api-key', 'apiKey', 'secret', 'password', 'token', 'methodRef', 'body', 'email', 'customerEmail', 'signature'];

const cleaned = (value: unknown, depth: number): unknown => {
  if (typeof value === 'string') return redactText(value);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if (value instanceof Error) return { name: value.name, message: redactText(value.message), ...(value.stack ? { stack: redactText(value.stack) } : {}) };
  if (depth > 6) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => cleaned(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hidden.includes(key) ? '[hidden]' : cleaned(item, depth + 1)]));
};

/** Makes the process's logger: JSON lines on `destination` (standard output unless said otherwise), redacted. */
export const createLogger = (options: { readonly level: string; readonly destination?: DestinationStream }): Logger =>
  pino({
    level: options.level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }), log: (object) => cleaned(object, 0) as Record<string, unknown> },
    hooks: {
      logMethod(args, method) {
        return method.apply(this, args.map((arg: unknown) => (typeof arg === 'string' ? redactText(arg) : arg)) as Parameters<typeof method>);
      },
    },
    serializers: { err: (error: unknown) => cleaned(error, 0) },
  }, options.destination ?? pino.destination({ sync: true, fd: 1 }));
